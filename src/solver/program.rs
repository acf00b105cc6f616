//! A program: variables with bounds, rows, and linear, quadratic and alpha-fair terms to minimise.
//!
//! It is built once by a formulation and can print itself as text. It knows no river: names are
//! labels of three parts (a family, an element, a period) so that building one costs no strings.

/// A variable of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Var(u32);

/// A row of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row(u32);

/// A name shared by labels (an element or a period), kept once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(u32);

/// What a variable or row is called: `family[element,period]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// The kind of variable or row: `storage`, `reservoir_balance`.
    pub family: &'static str,
    /// Whose it is.
    pub element: Name,
    /// When, if it belongs to a period.
    pub period: Option<Name>,
}

/// A variable: its label and bounds (either may be infinite).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variable {
    /// What it is called.
    pub label: Label,
    /// Its lower bound.
    pub lower: f64,
    /// Its upper bound.
    pub upper: f64,
    /// Its coefficient in the objective (to be minimised).
    pub cost: f64,
}

/// A row: its label and bounds; an equation where they are equal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowBounds {
    /// What it is called.
    pub label: Label,
    /// The least its sum may be.
    pub lower: f64,
    /// The most its sum may be.
    pub upper: f64,
}

/// A coefficient: `coefficient * var` in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// The row.
    pub row: Row,
    /// The variable.
    pub var: Var,
    /// What it is multiplied by.
    pub coefficient: f64,
}

/// A term of the objective that is convex in one variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConvexTerm {
    /// `weight / 2 * (var - target)^2`, weight positive.
    Quadratic {
        /// The variable.
        var: Var,
        /// How much it matters.
        weight: f64,
        /// Where it costs nothing.
        target: f64,
    },
    /// `-weight * phi_alpha(var)`: `phi = x^(1-alpha) / (1-alpha)`, or `log x` at alpha 1; weight and
    /// alpha positive.
    AlphaFair {
        /// The variable.
        var: Var,
        /// How much it matters.
        weight: f64,
        /// Aversion to inequality.
        alpha: f64,
    },
}

/// A program to be minimised.
#[derive(Clone, Debug, Default)]
pub struct Program {
    variables: Vec<Variable>,
    rows: Vec<RowBounds>,
    terms: Vec<Term>,
    convex: Vec<ConvexTerm>,
    names: Vec<String>,
}

impl Var {
    /// Its position among the variables.
    pub fn position(self) -> usize {
        self.0 as usize
    }
}

impl Row {
    /// Its position among the rows.
    pub fn position(self) -> usize {
        self.0 as usize
    }
}

impl Program {
    /// An empty program.
    pub fn new() -> Program {
        Program::default()
    }

    /// Keeps a name for labels.
    pub fn name(&mut self, name: impl Into<String>) -> Name {
        self.names.push(name.into());
        Name((self.names.len() - 1) as u32)
    }

    /// Adds a variable with bounds and no cost.
    pub fn add_variable(&mut self, label: Label, lower: f64, upper: f64) -> Var {
        self.variables.push(Variable { label, lower, upper, cost: 0.0 });
        Var((self.variables.len() - 1) as u32)
    }

    /// Adds a row without terms.
    pub fn add_row(&mut self, label: Label, lower: f64, upper: f64) -> Row {
        self.rows.push(RowBounds { label, lower, upper });
        Row((self.rows.len() - 1) as u32)
    }

    /// Adds `coefficient * var` to a row; terms of the same variable in the same row add up.
    pub fn add_term(&mut self, row: Row, var: Var, coefficient: f64) {
        if coefficient != 0.0 {
            self.terms.push(Term { row, var, coefficient });
        }
    }

    /// Adds to the cost of a variable.
    pub fn add_cost(&mut self, var: Var, cost: f64) {
        self.variables[var.position()].cost += cost;
    }

    /// Adds a convex term to the objective.
    pub fn add_convex(&mut self, term: ConvexTerm) {
        self.convex.push(term);
    }

    /// Takes every cost and convex term away: what is left are the rows and bounds.
    pub fn clear_objective(&mut self) {
        self.convex.clear();
        for variable in &mut self.variables {
            variable.cost = 0.0;
        }
    }

    /// Changes the bounds of a variable.
    pub fn set_bounds(&mut self, var: Var, lower: f64, upper: f64) {
        let variable = &mut self.variables[var.position()];
        variable.lower = lower;
        variable.upper = upper;
    }

    /// Changes the bounds of a row.
    pub fn set_row_bounds(&mut self, row: Row, lower: f64, upper: f64) {
        let bounds = &mut self.rows[row.position()];
        bounds.lower = lower;
        bounds.upper = upper;
    }

    /// The variables, in the order they were added.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// One variable.
    pub fn variable(&self, var: Var) -> &Variable {
        &self.variables[var.position()]
    }

    /// The rows, in the order they were added.
    pub fn rows(&self) -> &[RowBounds] {
        &self.rows
    }

    /// The variables by name, in the order they were added.
    pub fn variable_ids(&self) -> impl Iterator<Item = Var> + use<> {
        (0..self.variables.len() as u32).map(Var)
    }

    /// The sum of each row at a point.
    pub fn row_sums(&self, values: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.rows.len()];
        for term in &self.terms {
            sums[term.row.position()] += term.coefficient * values[term.var.position()];
        }
        sums
    }

    /// One row.
    pub fn row(&self, row: Row) -> &RowBounds {
        &self.rows[row.position()]
    }

    /// The rows by name, in the order they were added.
    pub fn row_ids(&self) -> impl Iterator<Item = Row> + use<> {
        (0..self.rows.len() as u32).map(Row)
    }

    /// The coefficients, in the order they were added; a pair of row and variable may occur twice.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The coefficients, to change (never their places).
    pub fn terms_mut(&mut self) -> &mut [Term] {
        &mut self.terms
    }

    /// The convex terms of the objective.
    pub fn convex_terms(&self) -> &[ConvexTerm] {
        &self.convex
    }

    /// The variables that have a linear cost, and that cost.
    pub fn costs(&self) -> impl Iterator<Item = (Var, f64)> + '_ {
        let place = |at: usize| Var(at as u32);
        self.variables
            .iter()
            .enumerate()
            .filter(|(_, v)| v.cost != 0.0)
            .map(move |(at, v)| (place(at), v.cost))
    }

    /// The text of a name.
    pub fn text(&self, name: Name) -> &str {
        &self.names[name.0 as usize]
    }

    /// A label in words, without blanks: `storage[toktogul,2007-10-01]`.
    pub fn label_text(&self, label: Label) -> String {
        match label.period {
            Some(period) => format!("{}[{},{}]", label.family, self.text(label.element), self.text(period)),
            None => format!("{}[{}]", label.family, self.text(label.element)),
        }
    }

    /// The objective at a point.
    pub fn objective_at(&self, values: &[f64]) -> f64 {
        let linear: f64 = self.variables.iter().zip(values).map(|(variable, x)| variable.cost * x).sum();
        linear + self.convex.iter().map(|term| term.value_at(values)).sum::<f64>()
    }
}

impl ConvexTerm {
    /// The term with its weight multiplied.
    pub fn scaled(self, factor: f64) -> ConvexTerm {
        match self {
            ConvexTerm::Quadratic { var, weight, target } => {
                ConvexTerm::Quadratic { var, weight: weight * factor, target }
            }
            ConvexTerm::AlphaFair { var, weight, alpha } => {
                ConvexTerm::AlphaFair { var, weight: weight * factor, alpha }
            }
        }
    }

    /// The variable it bends.
    pub fn var(&self) -> Var {
        match *self {
            ConvexTerm::Quadratic { var, .. } | ConvexTerm::AlphaFair { var, .. } => var,
        }
    }

    /// The value of the term at a point.
    pub fn value_at(&self, values: &[f64]) -> f64 {
        match *self {
            ConvexTerm::Quadratic { var, weight, target } => {
                0.5 * weight * (values[var.position()] - target).powi(2)
            }
            ConvexTerm::AlphaFair { var, weight, alpha } => -weight * phi(values[var.position()], alpha),
        }
    }
}

/// The alpha-fair utility `phi_alpha(x)`.
pub fn phi(x: f64, alpha: f64) -> f64 {
    if alpha == 1.0 { x.ln() } else { x.powf(1.0 - alpha) / (1.0 - alpha) }
}
