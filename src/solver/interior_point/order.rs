//! In which order the rows of the normal equations are eliminated: stage by stage, and within a stage the row with
//! the fewest neighbours first (minimum degree), so that the work is linear in the number of periods. A row belongs
//! to the stage of its last column; one that runs through many stages is carried along until it closes. What is
//! stored for each pivot, and the arithmetic, are left to others.

use super::super::form::Form;
use super::super::program::{Name, Program};

/// Rows without any period are taken this many at a time.
const UNLABELLED: usize = 400;

/// The order of elimination and what each pivot meets.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Elimination {
    /// The rows, first to last.
    pub order: Vec<usize>,
    /// For each pivot the rows that it meets: the pattern of its column below the diagonal.
    pub met: Vec<Vec<usize>>,
}

/// The stage of each row of a form: that of its last column, by the labels' periods.
pub(super) fn stages(program: &Program, form: &Form) -> Vec<usize> {
    let mut periods: Vec<Name> = program.variables().iter().filter_map(|v| v.label.period).collect();
    periods.sort_unstable();
    periods.dedup();
    if periods.len() < 2 {
        return (0..form.rows.len()).map(|row| row / UNLABELLED).collect();
    }
    let rank = |period: Name| periods.binary_search(&period).unwrap_or_default();
    let mut stage: Vec<Option<usize>> = vec![None; form.rows.len()];
    for column in 0..form.width() {
        let Some(period) = program.variables()[form.kept[column]].label.period.map(rank) else { continue };
        for (row, _) in form.column(column) {
            stage[row] = stage[row].max(Some(period));
        }
    }
    stage.into_iter().map(|stage| stage.unwrap_or(periods.len() - 1)).collect()
}

/// The pattern of a matrix by columns: the rows of each.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a> {
    /// Where each column starts.
    pub start: &'a [usize],
    /// The rows.
    pub row: &'a [usize],
}

impl<'a> Columns<'a> {
    /// The rows of a column.
    pub fn rows(&self, column: usize) -> &'a [usize] {
        &self.row[self.start[column]..self.start[column + 1]]
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.start.len() - 1
    }

    /// For each row the columns it stands in.
    fn of_rows(&self, rows: usize) -> Vec<Vec<usize>> {
        let mut of_rows = vec![Vec::new(); rows];
        for column in 0..self.len() {
            self.rows(column).iter().for_each(|&row| of_rows[row].push(column));
        }
        of_rows
    }
}

/// The elimination of `A D A'` by the stages of its rows.
pub(super) fn eliminate(columns: Columns<'_>, stage: &[usize]) -> Elimination {
    let of_rows = columns.of_rows(stage.len());
    let last = stage.iter().copied().max().map_or(0, |last| last + 1);
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); last];
    stage.iter().enumerate().for_each(|(row, &stage)| groups[stage].push(row));
    let mut carried: Vec<Vec<Vec<usize>>> = vec![Vec::new(); last];
    let mut done = Elimination::default();
    let mut window = Window { place: vec![usize::MAX; stage.len()], ..Window::default() };
    for (now, group) in groups.iter().enumerate() {
        window.open(group, &std::mem::take(&mut carried[now]), columns, &of_rows, &done, stage);
        for clique in window.run(&mut done) {
            if let Some(first) = clique.iter().map(|&row| stage[row]).min() {
                carried[first].push(clique);
            }
        }
    }
    done
}

/// The rows of one stage and all they meet, while the stage is eliminated.
#[derive(Default)]
struct Window {
    /// The rows: first those of the stage, then the later ones that they meet.
    rows: Vec<usize>,
    /// How many are of the stage.
    own: usize,
    /// For each row of the program its place in the window.
    place: Vec<usize>,
    /// Words a row.
    words: usize,
    /// For each row of the stage whom it meets, as bits over places.
    bits: Vec<u64>,
}

impl Window {
    /// Gathers a stage: its rows' neighbours by columns and by what earlier stages left.
    fn open(
        &mut self,
        group: &[usize],
        cliques: &[Vec<usize>],
        columns: Columns<'_>,
        of_rows: &[Vec<usize>],
        done: &Elimination,
        stage: &[usize],
    ) {
        self.rows.iter().for_each(|&row| self.place[row] = usize::MAX);
        self.rows.clear();
        let now = group.first().map_or(0, |&row| stage[row]);
        group.iter().for_each(|&row| self.enter(row));
        self.own = group.len();
        let met = group.iter().flat_map(|&row| &of_rows[row]).flat_map(|&column| columns.rows(column));
        met.filter(|row| stage[**row] > now).for_each(|&row| self.enter(row));
        cliques.iter().flatten().for_each(|&row| self.enter(row));
        debug_assert_eq!(done.order.len(), done.met.len());
        self.words = self.rows.len().div_ceil(64);
        self.bits.clear();
        self.bits.resize(self.own * self.words, 0);
        for (place, &row) in group.iter().enumerate() {
            for &column in &of_rows[row] {
                columns.rows(column).iter().filter(|row| stage[**row] >= now).for_each(|&met| {
                    self.meet(place, self.place[met]);
                });
            }
        }
        for clique in cliques {
            for &row in clique {
                let place = self.place[row];
                if place < self.own {
                    clique.iter().for_each(|&met| self.meet(place, self.place[met]));
                }
            }
        }
    }

    fn enter(&mut self, row: usize) {
        if self.place[row] == usize::MAX {
            self.place[row] = self.rows.len();
            self.rows.push(row);
        }
    }

    fn meet(&mut self, one: usize, two: usize) {
        if one != two {
            self.bits[one * self.words + two / 64] |= 1 << (two % 64);
        }
    }

    fn degree(&self, place: usize) -> u32 {
        self.bits[place * self.words..(place + 1) * self.words].iter().map(|word| word.count_ones()).sum()
    }

    /// Eliminates the rows of the stage; returns what they leave among later rows.
    fn run(&mut self, done: &mut Elimination) -> Vec<Vec<usize>> {
        let mut degrees: Vec<u32> = (0..self.own).map(|place| self.degree(place)).collect();
        let mut left = Vec::new();
        let mut open = self.own;
        while open > 0 {
            let Some(mut pivot) = (0..self.own).min_by_key(|&place| degrees[place]) else { break };
            loop {
                let met = self.met(pivot);
                done.order.push(self.rows[pivot]);
                done.met.push(met.iter().map(|&place| self.rows[place]).collect());
                degrees[pivot] = u32::MAX;
                open -= 1;
                let inside = met.iter().take_while(|place| **place < self.own).count();
                if inside == 0 {
                    left.extend(done.met.last().cloned().filter(|clique| clique.len() > 1));
                    break;
                }
                for &other in &met[..inside] {
                    self.absorb(pivot, other);
                    degrees[other] = self.degree(other);
                }
                // whoever meets nobody else is next: it shares the pivot's pattern
                let same = |place: &&usize| degrees[**place] as usize == met.len() - 1;
                match met[..inside].iter().find(same) {
                    Some(&next) => pivot = next,
                    None => break,
                }
            }
        }
        left
    }

    /// Whom a row meets, by place.
    fn met(&self, place: usize) -> Vec<usize> {
        let mut met = Vec::new();
        for word in 0..self.words {
            let mut bits = self.bits[place * self.words + word];
            while bits != 0 {
                met.push(word * 64 + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
        met
    }

    /// After a pivot whoever met it meets all that it met.
    fn absorb(&mut self, pivot: usize, other: usize) {
        for word in 0..self.words {
            self.bits[other * self.words + word] |= self.bits[pivot * self.words + word];
        }
        for place in [pivot, other] {
            self.bits[other * self.words + place / 64] &= !(1 << (place % 64));
        }
    }
}
