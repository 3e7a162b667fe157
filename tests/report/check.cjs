// Opens the page as a person would, with the network off: no console error, no overflow, sorting, folded parts that a key
// opens and paper shows, axe-core.
const { chromium } = require("playwright-core");
const path = require("path");

const failures = [];
const expect = (holds, what) => { if (!holds) failures.push(what); };

async function look(browser, width, colorScheme, url) {
  const name = `${width} px, ${colorScheme}`;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, offline: true, bypassCSP: true });
  const page = await context.newPage();
  page.on("console", (m) => expect(m.type() !== "error", `${name}: console says ${m.text()}`));
  page.on("pageerror", (e) => expect(false, `${name}: ${e.message}`));
  page.on("dialog", async (d) => { expect(false, `${name}: a lead's name was run`); await d.dismiss(); });
  page.on("request", (r) => expect(r.url().startsWith("file:") || r.url().startsWith("data:"), `${name}: asks for ${r.url()}`));
  await page.goto(url);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide <= width, `${name}: the page is ${wide} px wide`);
  expect((await page.locator("img").count()) === 0, `${name}: a lead's name became a picture`);
  expect((await page.getByText("<script>alert(1)</script>").count()) > 0, `${name}: a lead's name is not shown`);
  await page.getByRole("button", { name: "Hand-set", exact: true }).click();
  const points = await page.locator("#points ~ .scroll table[data-sort] tbody tr td:nth-child(4)").evaluateAll((all) => all.map((c) => +c.dataset.v));
  expect(points.length > 1 && points.every((p, i) => i === 0 || points[i - 1] >= p), `${name}: not sorted: ${points}`);
  await folds(page, name);
  await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
  const open = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(open <= width, `${name}: with all details open the page is ${open} px wide`);
  await page.addScriptTag({ path: require.resolve("axe-core/axe.min.js") });
  const found = await page.evaluate(() => window.axe.run());
  for (const v of found.violations.filter((v) => ["serious", "critical"].includes(v.impact))) {
    expect(false, `${name}: ${v.id}: ${v.nodes[0].html.slice(0, 200)}`);
  }
  await context.close();
}

// What is folded away: not there on the screen until a key opens it, and all there on paper, but for tables behind pictures.
async function folds(page, name) {
  // What is skipped is decided when a frame is drawn, so that two are waited for.
  const hidden = () => page.locator("details:not(.screen) > :not(summary)").evaluateAll(async (all) => {
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    await frame();
    return all.filter((e) => !e.checkVisibility({ contentVisibilityAuto: true })).length;
  });
  const folded = await hidden();
  expect(folded > 5, `${name}: ${folded} parts are folded`);
  await page.emulateMedia({ media: "print" });
  expect((await hidden()) === 0, `${name}: ${await hidden()} parts are not printed`);
  await page.emulateMedia({ media: "screen" });
  // Browsers that know nothing of what is folded but to open it: before paper, and closed again after it.
  const shutAt = (when) => page.evaluate((event) => {
    window.dispatchEvent(new Event(event));
    return document.querySelectorAll("details:not(.screen):not([open])").length;
  }, when);
  const before = await page.locator("details:not(.screen):not([open])").count();
  const [paper, after] = [await shutAt("beforeprint"), await shutAt("afterprint")];
  expect(before > 5 && paper === 0 && after === before, `${name}: ${before} parts are folded, for paper ${paper}, then ${after}`);
  const first = page.locator("details:not(.screen) > summary").first();
  await first.focus();
  await page.keyboard.press("Enter");
  expect((await hidden()) < folded, `${name}: a key does not unfold`);
}

(async () => {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const url = `file://${path.resolve(process.argv[2])}`;
  for (const width of [380, 1440]) for (const scheme of ["light", "dark"]) await look(browser, width, scheme, url);
  await browser.close();
  failures.forEach((f) => console.error(f));
  console.log(failures.length ? "report page: failed" : "report page: no error at 380 and 1,440 px, light and dark");
  process.exit(failures.length ? 1 : 0);
})();
