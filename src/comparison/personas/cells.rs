//! The deals by persona, and every rule split by the persona of the deals it hits.

use super::super::{ComparisonInput, RuleInput};
use super::Personas;

/// The deals of one persona, or of none.
pub(super) struct Cell<'a> {
    /// The persona.
    pub name: Option<&'a str>,
    /// Its deals of any row weight.
    pub deals: usize,
    /// Deals won among them.
    pub won: usize,
    /// Their row weight.
    pub row_weight: f64,
    /// That of the won ones.
    pub row_weight_won: f64,
}

/// One rule in one cell that has a deal it hits.
pub(super) struct Worth {
    /// Place in `ComparisonInput::rules`.
    pub rule: usize,
    /// Place in [`Cells::cells`].
    pub cell: usize,
}

/// Deals and rules by persona.
pub(super) struct Cells<'a> {
    input: &'a ComparisonInput<'a>,
    /// Personas with deals, in their order, and then the deals of none.
    pub cells: Vec<Cell<'a>>,
    /// Cell of each deal, `(n_deals)`. Deals of no row weight in a cell without others are put in the first.
    pub of_deal: Vec<usize>,
    /// Rules by cell.
    pub worths: Vec<Worth>,
}

impl<'a> Cells<'a> {
    pub fn new(input: &'a ComparisonInput<'a>, personas: Personas<'a>) -> Cells<'a> {
        let names = personas.names.iter().map(|name| Some(name.as_str())).chain([None]);
        let mut cells: Vec<Cell> =
            names.map(|name| Cell { name, deals: 0, won: 0, row_weight: 0.0, row_weight_won: 0.0 }).collect();
        let place = |deal: usize| personas.of_deal[deal].map_or(personas.names.len(), usize::from);
        for deal in (0..input.y.len()).filter(|&deal| input.weights[deal] > 0.0) {
            let cell = &mut cells[place(deal)];
            cell.deals += 1;
            cell.won += usize::from(input.y[deal] == 1.0);
            cell.row_weight += input.weights[deal];
            cell.row_weight_won += input.weights[deal] * input.y[deal];
        }
        let mut kept = Vec::with_capacity(cells.len());
        let mut place_of_kept = Vec::with_capacity(cells.len());
        for cell in cells {
            place_of_kept.push(if cell.deals > 0 { kept.len() } else { 0 });
            kept.extend((cell.deals > 0).then_some(cell));
        }
        let of_deal: Vec<usize> = (0..input.y.len()).map(|deal| place_of_kept[place(deal)]).collect();
        let mut split = Cells { input, cells: kept, of_deal, worths: Vec::new() };
        split.worths = (0..input.rules.len()).flat_map(|rule| split.of_rule(rule)).collect();
        split
    }

    fn of_rule(&self, rule: usize) -> Vec<Worth> {
        let mut hit = vec![false; self.cells.len()];
        let counted = self.input.rules[rule].quantity.iter().zip(self.input.weights).zip(&self.of_deal);
        for ((quantity, weight), &cell) in counted {
            hit[cell] |= *quantity != 0.0 && *weight > 0.0;
        }
        let cells = (0..self.cells.len()).filter(|&cell| hit[cell]);
        cells.map(|cell| Worth { rule, cell }).collect()
    }

    /// Each worth as a rule of its own, whose quantity is 0 for deals of other cells; their sum is the scorecard's.
    /// After them a rule of 0 points for each cell that hits all its deals.
    pub fn rules(&self) -> Vec<RuleInput> {
        let worths = self.worths.iter().map(|worth| {
            let rule = &self.input.rules[worth.rule];
            let here = |(quantity, cell): (&f64, &usize)| if *cell == worth.cell { *quantity } else { 0.0 };
            RuleInput {
                persona: self.cells[worth.cell].name.map(str::to_owned),
                quantity: rule.quantity.iter().zip(&self.of_deal).map(here).collect(),
                ..rule.clone()
            }
        });
        let levels = self.cells.iter().enumerate().map(|(cell, of)| RuleInput {
            id: String::new(),
            group: String::new(),
            persona: of.name.map(str::to_owned),
            points: 0.0,
            quantity: self.of_deal.iter().map(|&own| f64::from(own == cell)).collect(),
            limit: f64::INFINITY,
        });
        worths.chain(levels).collect()
    }
}
