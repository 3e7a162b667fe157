//! How a key of the project file is described.

/// One key of the project file.
#[derive(Debug, Clone, Copy)]
pub struct KeyDoc {
    /// The table and the key: `leads.id`; at the top level the key alone.
    pub path: &'static str,
    /// What may be written, in words.
    pub value: &'static str,
    /// What holds when it is not written.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// A value that differs from the default, as TOML.
    pub example: &'static str,
    /// Other keys without which this one, or its example, is refused.
    pub needs: &'static [&'static str],
}

impl KeyDoc {
    /// The key with its example, as it stands in its table: `id = "lead_id"`.
    pub fn example_line(&self) -> String {
        match self.inline_table() {
            Some((table, key)) => format!("{table} = {{ …, {key} = {} }}", self.example),
            None => format!("{} = {}", self.path.rsplit('.').next().unwrap_or(self.path), self.example),
        }
    }

    /// `outcome` and `won` for `leads.outcome.won`; `None` for keys that stand in a table of the file.
    fn inline_table(&self) -> Option<(&'static str, &'static str)> {
        let (_, inside) = self.path.split_once('.')?;
        inside.split_once('.')
    }

    /// The same key, which needs others.
    pub(super) const fn needs(mut self, needs: &'static [&'static str]) -> KeyDoc {
        self.needs = needs;
        self
    }
}
