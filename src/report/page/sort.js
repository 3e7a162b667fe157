document.querySelectorAll("table[data-sort]").forEach(function(t){
var b=t.tBodies[0];t.querySelectorAll("thead th[data-by]").forEach(function(h){
var k=document.createElement("button");k.type="button";h.dataset.by=k.textContent=h.textContent;h.textContent="";h.appendChild(k);
k.addEventListener("click",function(){
var d=h.getAttribute("aria-sort")==="descending",i=h.cellIndex;
t.querySelectorAll("th[aria-sort]").forEach(function(o){o.removeAttribute("aria-sort")});
h.setAttribute("aria-sort",d?"ascending":"descending");
var v=function(r){var c=r.cells[i],s=c.getAttribute("data-v");return s===null?c.textContent.trim():+s};
Array.from(b.rows).sort(function(x,y){var p=v(x),q=v(y),o=typeof p==="number"?p-q:p.localeCompare(q);return d?o:-o}).forEach(function(r){b.appendChild(r)})})})});
