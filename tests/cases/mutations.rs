//! That the harness can fail: a good case passes, and each change that spoils it is seen and named.

use libtest_mimic::{Failed, Trial};
use toml::{Table, Value};

use crate::{check, curves, file};

/// Gini of 1, 2, 3, 4.
const GOOD: &str = r#"
id = "GOOD"
kind = "metric"
rule = "gini"
tol = 1e-10
source = "by hand"
published = 0.3
published_tol = 0.06

[in]
x = [1, 2, 3, 4]
text = "four members"

[out]
value = 0.25
"#;

/// What is changed into what, and what the failure must say.
const SPOILED: [(&str, &str, &str); 14] = [
    ("value = 0.25", "value = 0.2501", "expected [0.2501]"),
    ("value = 0.25", "value = [0.25, 0.25]", "expected [0.25, 0.25]"),
    ("value = 0.25", "value = nan", "expected [NaN]"),
    ("value = 0.25", "value = 0.25\nepsilon = 1", "`epsilon` in `out` cannot be checked"),
    ("value = 0.25", "", "nothing is expected"),
    ("rule = \"gini\"", "rule = \"ginny\"", "no rule `ginny`"),
    ("kind = \"metric\"", "kind = \"metrics\"", "no kind `metrics`"),
    ("kind = \"metric\"", "", "missing field `kind`"),
    ("tol = 1e-10", "", "missing field `tol`"),
    ("tol = 1e-10", "tol = 1e-10\ncolour = \"blue\"", "unknown field `colour`"),
    ("x = [1, 2, 3, 4]", "x = [1, 2, 3, 4]\ny = 1", "unknown field `y`"),
    ("x = [1, 2, 3, 4]", "", "`x` is missing"),
    ("published = 0.3", "published = 0.4", "out, against the print,"),
    ("text = \"four members\"", "text = 4", "unknown field `text`"),
];

/// Changes that spoil nothing.
const HARMLESS: [(&str, &str); 4] = [
    ("value = 0.25", "value = [0.25]"),
    ("tol = 1e-10", "tol = 1"),
    ("published = 0.3", "published = [0.4, 0.4]"),
    ("published = 0.3", "published = 0.4\nnote = \"the print has a slip\""),
];

/// One trial a change, and one on the language of expressions.
pub fn trials() -> Vec<Trial> {
    let spoiled = SPOILED.iter().map(|&(from, to, says)| {
        let runner = move || fails(&changed(from, to), says).map_err(Failed::from);
        Trial::test(format!("a case is failed that says {}", one_line(from, to)), runner)
    });
    let harmless = HARMLESS.iter().map(|&(from, to)| {
        let runner = move || outcome(&changed(from, to)).map_err(Failed::from);
        Trial::test(format!("a case is passed that says {}", one_line(from, to)), runner)
    });
    let good = || outcome(GOOD).map_err(Failed::from);
    let paper = || curves::expressions_read_as_on_paper().map_err(Failed::from);
    let last = [
        Trial::test("a good case is passed", good),
        Trial::test("expressions read as on paper", paper),
        Trial::test("a file without cases is refused", || no_cases().map_err(Failed::from)),
    ];
    let trials = spoiled.chain(harmless).chain(last);
    trials.map(|trial| trial.with_kind("harness")).collect()
}

fn one_line(from: &str, to: &str) -> String {
    if to.is_empty() { format!("no {from}") } else { to.replace('\n', ", ") }
}

fn changed(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "the good case does not say {from}");
    GOOD.replacen(from, to, 1)
}

fn outcome(text: &str) -> Result<(), String> {
    let table: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    check::case(Value::Table(table))
}

fn fails(text: &str, says: &str) -> Result<(), String> {
    match outcome(text) {
        Ok(()) => Err(format!("this case passed:\n{text}")),
        Err(why) if why.contains(says) => Ok(()),
        Err(why) => Err(format!("the failure does not say {says}: {why}")),
    }
}

/// A missing file, an empty one, and ones that hold something else.
fn no_cases() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let place = folder.path().join("cases.toml");
    for text in
        [None, Some(""), Some("case = []"), Some("kase = 1"), Some("[[case]]\nid = 1\n[else]"), Some("[[")]
    {
        if let Some(text) = text {
            std::fs::write(&place, text).map_err(|error| error.to_string())?;
        }
        if file::entries(&place).is_ok() {
            return Err(format!("this file was taken: {text:?}"));
        }
    }
    Ok(())
}
