//! Series in CSV files: by month or by date, as people and spreadsheets write them.
//!
//! `,` or `;`, a decimal comma, a byte order mark, `#` comments and quotes are all accepted. Units
//! and what a series is for are the business of [`super::build`].

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::civil::Date;

use super::embedded::Place;
use super::overlay::{Origins, quoted};
use super::problem::{Gathered, Problem, did_you_mean};

/// What the first column of a file gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Steps {
    /// The calendar month of each row, 1 to 12, each once.
    Months(Vec<usize>),
    /// The first day of each row's step, rising.
    Dates(Vec<Date>),
}

/// A CSV file: its header and its rows, the numbers not yet read.
#[derive(Debug)]
pub(crate) struct SeriesFile {
    heading: String,
    name: String,
    header: Vec<String>,
    rows: Vec<Row>,
    /// The steps of the rows.
    pub(crate) steps: Steps,
}

#[derive(Debug)]
struct Row {
    line: u64,
    cells: Vec<String>,
}

/// A file's column, or a problem that was reported before.
type Shelved = Option<Rc<SeriesFile>>;

/// The CSV files that were opened so far; each is read, and complained about, once.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    files: RefCell<BTreeMap<String, Shelved>>,
}

impl Shelf {
    /// The numbers of a column, in the order of the file's rows, and the file's steps.
    ///
    /// Nothing where there is a problem; it is left in `gathered`.
    pub(crate) fn column(
        &self,
        path: &str,
        file: &str,
        column: &str,
        origins: &Origins,
        gathered: &Gathered,
    ) -> Option<(Vec<f64>, Steps)> {
        let series = self.file(path, file, origins, gathered)?;
        let Some(k) = series.header.iter().position(|name| name == column) else {
            let what = format!("{} has no column `{column}`", series.name);
            let help = did_you_mean(column, series.header.iter().skip(1).map(String::as_str));
            gathered.add(origins.problem(path, what, help));
            return None;
        };
        Some((series.numbers(k, gathered)?, series.steps.clone()))
    }

    fn file(&self, path: &str, file: &str, origins: &Origins, gathered: &Gathered) -> Shelved {
        let written_at = format!("{path}.file");
        let here = Place::Disk(std::path::PathBuf::new());
        let place = origins.place_of(&written_at).unwrap_or(&here).beside(file);
        let heading = place.heading();
        if let Some(shelved) = self.files.borrow().get(&heading) {
            return shelved.clone();
        }
        let series = match place.read() {
            Ok(bytes) => {
                origins.note_series(&place, &bytes);
                parse(&place, &bytes, gathered)
            }
            Err(_) if !place.exists() => {
                gathered.add(origins.problem(path, format!("there is no file `{file}`"), None));
                None
            }
            Err(error) => {
                let what = format!("the file `{file}` cannot be read: {error}");
                gathered.add(origins.problem(path, what, None));
                None
            }
        };
        let shelved = series.map(Rc::new);
        self.files.borrow_mut().insert(heading, shelved.clone());
        shelved
    }
}

impl SeriesFile {
    fn problem(&self, path: String, what: String) -> Problem {
        Problem { path, file: self.heading.clone(), what, help: None }
    }

    /// The numbers of a column, top down; every cell that is no number is a problem.
    fn numbers(&self, column: usize, gathered: &Gathered) -> Option<Vec<f64>> {
        let mut numbers = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let cell = row.cells.get(column).map_or("", |cell| cell.trim());
            match number(cell) {
                Some(value) => numbers.push(value),
                None => {
                    let shown = if cell.is_empty() { "nothing".to_owned() } else { quoted(cell) };
                    let path = format!("line {}, column {}", row.line, self.header[column]);
                    gathered.add(self.problem(path, format!("wants a number, not {shown}")));
                }
            }
        }
        (numbers.len() == self.rows.len()).then_some(numbers)
    }
}

/// A finite number, with a decimal point or a decimal comma.
fn number(cell: &str) -> Option<f64> {
    let with_point = if cell.contains('.') { cell.to_owned() } else { cell.replacen(',', ".", 1) };
    with_point.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Reads the header and the steps; the problems of a file are all reported, and then it is no file.
fn parse(place: &Place, bytes: &[u8], gathered: &Gathered) -> Option<SeriesFile> {
    let fail = |path: &str, what: String| {
        gathered.add(Problem { path: path.to_owned(), file: place.heading(), what, help: None });
    };
    let mut records = match records(bytes) {
        Ok(records) => records.into_iter(),
        Err((line, what)) => {
            fail(&format!("line {line}"), what);
            return None;
        }
    };
    let Some(Row { cells: header, line }) = records.next() else {
        fail("", "holds no header".to_owned());
        return None;
    };
    let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    if let Some(twice) = header.iter().enumerate().find(|(k, name)| header[..*k].contains(name)) {
        fail(&format!("line {line}"), format!("the column `{}` stands there twice", twice.1));
        return None;
    }
    let rows: Vec<Row> = records.collect();
    let steps = match header.first().map(|first| first.to_lowercase()).as_deref() {
        Some("month") => months(&rows, &fail)?,
        Some("date") => dates(&rows, &fail)?,
        _ => {
            fail(&format!("line {line}"), "the first column must be `month` or `date`".to_owned());
            return None;
        }
    };
    Some(SeriesFile { heading: place.heading(), name: place.name(), header, rows, steps })
}

/// The rows that are no comment and not blank, the header first.
fn records(bytes: &[u8]) -> Result<Vec<Row>, (u64, String)> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(bytes))
        .comment(Some(b'#'))
        .from_reader(bytes);
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            (line, "is not CSV in UTF-8".to_owned())
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        let comment = cells[0].trim_start().starts_with('#');
        if !comment && cells.iter().any(|cell| !cell.trim().is_empty()) {
            rows.push(Row { line, cells });
        }
    }
    Ok(rows)
}

/// The delimiter of the first line that is no comment: `;` or a tab if it has one, else `,`.
fn delimiter(bytes: &[u8]) -> u8 {
    let mut lines = bytes.split(|&byte| byte == b'\n');
    let header = lines.find(|line| {
        let text = line.trim_ascii();
        !text.is_empty() && !text.starts_with(b"#") && !text.starts_with(b"\"#")
    });
    let header = header.unwrap_or(&[]);
    [b';', b'\t'].into_iter().find(|mark| header.contains(mark)).unwrap_or(b',')
}

fn months(rows: &[Row], fail: &dyn Fn(&str, String)) -> Option<Steps> {
    let mut months = Vec::new();
    let mut good = true;
    for row in rows {
        let cell = row.cells[0].trim();
        let at = format!("line {}", row.line);
        match cell.parse::<usize>() {
            Ok(month) if (1..=12).contains(&month) && !months.contains(&month) => months.push(month),
            Ok(month) if (1..=12).contains(&month) => {
                fail(&at, format!("month {month} stands there twice"));
                good = false;
            }
            _ => {
                fail(&at, format!("there is no month {}; months are 1 to 12", plain_or_quoted(cell)));
                good = false;
            }
        }
    }
    let missing: Vec<String> =
        (1..=12).filter(|month| !months.contains(month)).map(|month| month.to_string()).collect();
    if good && !missing.is_empty() {
        let noun = if missing.len() == 1 { "month" } else { "months" };
        fail("month", format!("{noun} {} missing", missing.join(", ")));
        good = false;
    }
    good.then_some(Steps::Months(months))
}

fn plain_or_quoted(cell: &str) -> String {
    if cell.parse::<i64>().is_ok() { cell.to_owned() } else { quoted(cell) }
}

fn dates(rows: &[Row], fail: &dyn Fn(&str, String)) -> Option<Steps> {
    let mut dates: Vec<Date> = Vec::new();
    let mut good = true;
    for row in rows {
        let cell = row.cells[0].trim();
        let at = format!("line {}", row.line);
        match date(cell) {
            Some(day) if dates.last().is_none_or(|last| *last < day) => dates.push(day),
            Some(day) => {
                fail(&at, format!("{day} does not come after the date before it"));
                good = false;
            }
            None => {
                fail(&at, format!("wants a date such as 2007-10-01, not {}", quoted(cell)));
                good = false;
            }
        }
    }
    good.then_some(Steps::Dates(dates))
}

/// A date as `2007-10-01` or `01.10.2007`.
fn date(cell: &str) -> Option<Date> {
    if let Ok(date) = cell.parse() {
        return Some(date);
    }
    let mut parts = cell.split('.');
    let day = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let year = parts.next()?.parse().ok()?;
    if parts.next().is_some() { None } else { Date::new(year, month, day).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<SeriesFile>, Vec<String>) {
        let gathered = Gathered::default();
        let place = Place::Shipped("series.csv".to_owned());
        let file = parse(&place, text.as_bytes(), &gathered);
        if let Some(file) = &file {
            for column in 1..file.header.len() {
                file.numbers(column, &gathered);
            }
        }
        let problems = gathered.into_problems(&[]);
        (file, problems.iter().map(ToString::to_string).collect())
    }

    fn twelve(separator: &str, value: impl Fn(usize) -> String) -> String {
        let rows: Vec<String> = (1..=12).map(|month| format!("{month}{separator}{}", value(month))).collect();
        rows.join("\n")
    }

    #[test]
    fn a_spreadsheet_with_semicolons_commas_and_a_mark_is_read_like_any_other() {
        let plain = format!("month,a_m3s\n{}", twelve(",", |m| format!("{m}.5")));
        let semicolons =
            format!("\u{feff}# note, with; both\nmonth;a_m3s\n{}\n;\n", twelve(";", |m| format!("{m},5")));
        let quotes =
            format!("\"# note; so\"\r\n\"month\",\"a_m3s\"\r\n{}", twelve(",", |m| format!("\"{m},5\"")));
        for text in [plain, semicolons, quotes] {
            let (file, problems) = read(&text);
            assert_eq!(problems, Vec::<String>::new());
            let file = file.unwrap();
            assert_eq!(file.numbers(1, &Gathered::default()).unwrap()[11], 12.5);
            assert_eq!(file.steps, Steps::Months((1..=12).collect()));
        }
    }

    #[test]
    fn wrong_months_are_reported_by_line() {
        let text = format!("month,a\n{}\n13,1\n3,1\nMay,2\n", twelve(",", |_| "1".to_owned()));
        let (file, problems) = read(&text);
        assert!(file.is_none());
        let expected = [
            "line 14: there is no month 13; months are 1 to 12",
            "line 15: month 3 stands there twice",
            "line 16: there is no month \"May\"; months are 1 to 12",
        ];
        assert_eq!(problems, expected);
    }

    #[test]
    fn a_missing_month_is_named() {
        let (_, problems) = read("month,a\n1,1\n2,1\n3,1\n4,1\n6,1\n7,1\n8,1\n9,1\n10,1\n11,1\n");
        assert_eq!(problems, ["month: months 5, 12 missing"]);
    }

    #[test]
    fn a_cell_that_is_no_number_is_reported_with_its_line_and_column() {
        let text = format!(
            "# title\nmonth,a,b\n{}",
            twelve(",", |m| if m == 3 { "x,nan" } else { "1,2" }.to_owned())
        );
        let (_, problems) = read(&text);
        let expected =
            ["line 5, column a: wants a number, not \"x\"", "line 5, column b: wants a number, not \"nan\""];
        assert_eq!(problems, expected);
    }

    #[test]
    fn dates_must_rise() {
        let (file, problems) = read("date,a\n2007-10-01,1\n01.11.2007,2\n");
        assert_eq!(problems, Vec::<String>::new());
        let days = [jiff::civil::date(2007, 10, 1), jiff::civil::date(2007, 11, 1)];
        assert_eq!(file.unwrap().steps, Steps::Dates(days.to_vec()));
        let (_, problems) = read("date,a\n2007-11-01,1\n2007-10-01,2\n2007-13-01,2\n");
        assert_eq!(problems.len(), 2);
    }
}
