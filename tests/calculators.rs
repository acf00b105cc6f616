//! The calculators as a person meets them: `divide` and `game`, what they print, how they fail, the exit code.

#[path = "support/ended.rs"]
mod ended;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ended::Ended;
use mirab::fairness::claims::Rule;
use mirab::fairness::games::Solution;
use serde_json::Value;

fn mirab(arguments: &[&str]) -> Ended {
    let home = env!("CARGO_MANIFEST_DIR");
    Ended(Command::new(env!("CARGO_BIN_EXE_mirab")).args(arguments).current_dir(home).output().unwrap())
}

/// A command line whose words are parted by single blanks.
fn said(line: &str) -> Ended {
    mirab(&line.split(' ').collect::<Vec<_>>())
}

/// What a table says.
trait Table {
    /// The words of the row that begins so.
    fn row(&self, label: &str) -> Vec<String>;
}

impl Table for Ended {
    #[track_caller]
    fn row(&self, label: &str) -> Vec<String> {
        let out = self.out();
        let rest = out.lines().find_map(|line| line.trim_start().strip_prefix(label));
        let rest = rest.unwrap_or_else(|| panic!("no row {label} in:\n{out}"));
        rest.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
    }
}

/// That a wrong command prints one line on stderr with these words, nothing on stdout, and ends with 2.
#[track_caller]
fn refused(line: &str, words: &[&str]) {
    let ended = said(line).code(2);
    assert_eq!(ended.out(), "", "{line}");
    assert_eq!(ended.err().lines().count(), 1, "{}", ended.err());
    for word in words {
        assert!(ended.err().contains(word), "{word} is missing from: {}", ended.err());
    }
}

#[track_caller]
fn close(numbers: &Value, expected: &[f64], tolerance: f64) {
    let numbers: Vec<f64> =
        numbers.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect();
    assert_eq!(numbers.len(), expected.len(), "{numbers:?} is not {expected:?}");
    for (left, right) in numbers.iter().zip(expected) {
        assert!((left - right).abs() <= tolerance, "{numbers:?} is not {expected:?}");
    }
}

// `divide`: claims of 100, 200 and 300 as in the Mishnah (Ketubot 93a; Aumann and Maschler, 1985).

#[test]
fn divide_prints_claim_award_share_and_loss_of_each() {
    let ended = said("divide talmud --estate 200 --claims 100,200,300 --names KG,UZ,TM").code(0);
    assert!(ended.out().starts_with("talmud: "), "{}", ended.out());
    assert_eq!(ended.row("KG"), ["100", "50", "50.0", "50"]);
    assert_eq!(ended.row("UZ"), ["200", "75", "37.5", "125"]);
    assert_eq!(ended.row("TM"), ["300", "75", "25.0", "225"]);
    assert_eq!(ended.row("Total"), ["600", "200", "33.3", "400"]);
    assert!(!ended.out().contains("left over"), "{}", ended.out());
    assert_eq!(ended.err(), "");
}

#[test]
fn for_machines_divide_prints_the_rule_and_the_awards_in_the_order_of_the_claims() {
    let ended = said("divide talmud --estate 100 --claims 300,100,200 --json").code(0);
    let json = ended.json();
    assert_eq!(json.as_object().unwrap().keys().collect::<Vec<_>>(), ["rule", "awards"]);
    assert_eq!(json["rule"], "talmud");
    close(&json["awards"], &[100.0 / 3.0; 3], 1e-9);
}

#[test]
fn what_nobody_claims_is_said_to_be_left_over() {
    let ended = said("divide cel --estate 700 --claims 100,200,300").code(0);
    assert_eq!(ended.row("3"), ["300", "300", "100.0", "0"]);
    assert!(ended.out().contains("100 of 700 is left over"), "{}", ended.out());
}

/// Weights double the second claimant's share of the estate (hand computation: 25, 50, 25).
#[test]
fn weights_make_a_rule_its_weighted_form() {
    for rule in ["cea", "weighted_cea"] {
        let line = format!("divide {rule} --estate 100 --claims 30,60,90 --weights 1,2,1 --json");
        let json = said(&line).code(0).json();
        assert_eq!(json["rule"], "weighted_cea");
        close(&json["awards"], &[25.0, 50.0, 25.0], 1e-9);
    }
}

#[test]
fn every_rule_can_be_seen_side_by_side() {
    let ended = said("divide all --estate 200 --claims 100,200,300").code(0);
    let out = ended.out();
    assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
    let json = said("divide all --estate 200 --claims 100,200,300 --json").code(0).json();
    for rule in Rule::ALL.iter().filter(|rule| !rule.takes_weights()) {
        let awards = json["rules"][rule.name()].as_array().unwrap_or_else(|| panic!("no {}", rule.name()));
        let total: f64 = awards.iter().map(|award| award.as_f64().unwrap()).sum();
        assert!((total - 200.0).abs() < 1e-9, "{}: {total}", rule.name());
    }
    close(&json["rules"]["talmud"], &[50.0, 75.0, 75.0], 1e-9);
    close(&json["rules"]["proportional"], &[100.0 / 3.0, 200.0 / 3.0, 100.0], 1e-9);
    let weighted = said("divide all --estate 100 --claims 30,60,90 --weights 1,2,1 --json").code(0).json();
    close(&weighted["rules"]["weighted_cea"], &[25.0, 50.0, 25.0], 1e-9);
    assert!(weighted["rules"].get("talmud").is_none(), "{weighted}");
}

#[test]
fn the_help_says_what_every_rule_means() {
    let out = said("divide --help").code(0).out();
    for rule in Rule::ALL {
        let line = out.lines().find(|line| line.trim_start().starts_with(&format!("{} ", rule.name())));
        let line = line.unwrap_or_else(|| panic!("{} is missing from:\n{out}", rule.name()));
        assert!(line.split_whitespace().count() > 3, "{line}");
    }
}

#[test]
fn numbers_that_mean_nothing_are_refused_by_the_entry() {
    refused("divide cea --estate 10 --claims 5,-8,9", &["2", "-8"]);
    refused("divide cea --estate 10 --claims -5,8,9", &["1", "-5"]);
    refused("divide cea --estate 10 --claims 5,8,NaN", &["3", "NaN"]);
    refused("divide cea --estate 10 --claims 5,inf", &["2", "inf"]);
    refused("divide cea --estate 10 --claims 5,eight,9", &["claim 2", "eight"]);
    refused("divide cea --estate 10 --claims 5,,9", &["claim 2"]);
    refused("divide cea --estate -10 --claims 5,8", &["estate", "-10"]);
    refused("divide cea --estate NaN --claims 5,8", &["estate", "NaN"]);
    refused("divide cea --estate much --claims 5,8", &["--estate", "much"]);
}

#[test]
fn weights_that_mean_nothing_are_refused() {
    refused("divide cea --estate 10 --claims 5,8 --weights 1,0", &["2", "0"]);
    refused("divide cea --estate 10 --claims 5,8 --weights 1,-2", &["2", "-2"]);
    refused("divide cea --estate 10 --claims 5,8 --weights 1,NaN", &["2", "NaN"]);
    refused("divide cea --estate 10 --claims 5,8 --weights 1", &["1", "2"]);
    refused("divide cea --estate 10 --claims 5,8 --weights 1,x", &["weight 2", "x"]);
    refused("divide talmud --estate 10 --claims 5,8 --weights 1,2", &["talmud", "no weights"]);
    refused("divide weighted_cel --estate 10 --claims 5,8", &["weighted_cel", "weight for each claim"]);
    refused("divide all --estate 10 --claims 5,8 --weights 1,0", &["2", "0"]);
}

#[test]
fn a_rule_that_is_misspelt_is_guessed() {
    refused("divide talmut --estate 10 --claims 5,8", &["`talmut`", "did you mean `talmud`?"]);
    refused("divide zebra --estate 10 --claims 5,8", &["`zebra`", "there are proportional"]);
    refused("divide cea --estate 10 --claims 5,8 --names KG", &["1 names for 2 claims"]);
}

#[test]
fn a_command_without_estate_or_claims_is_refused() {
    assert!(said("divide cea --claims 5,8").code(2).err().contains("--estate"));
    assert!(said("divide cea --estate 5").code(2).err().contains("--claims"));
    assert!(said("divide").code(2).err().contains("RULE"));
}

// `game`.

const TENNESSEE: &str = "examples/games/tennessee-valley.toml";

/// A gain game of two whose worths are easily seen through.
const PLAIN: &str = r#"
players = ["KG", "UZ"]
kind = "gain"

[v]
KG = 0
UZ = 2
"KG+UZ" = 6
"#;

/// A folder with the file of a game.
struct Written {
    folder: tempfile::TempDir,
}

impl Written {
    fn new(text: &str) -> Written {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("game.toml"), text).unwrap();
        Written { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("game.toml")
    }

    fn game(&self, more: &[&str]) -> Ended {
        let path = self.path();
        mirab(&[&["game", path.to_str().unwrap()], more].concat())
    }
}

/// Straffin and Heaney (1981): Shapley 117 829, 100 756.5, 193 998.5; nucleolus 116 234, 93 540, 202 810.
#[test]
fn the_tennessee_valley_authority_pays_as_published() {
    let ended = said(&format!("game {TENNESSEE} --solution shapley,nucleolus,ensc --json")).code(0);
    let json = ended.json();
    assert_eq!(json["players"][1], "flood control");
    close(&json["solutions"]["shapley"], &[117_829.0, 100_756.5, 193_998.5], 0.05);
    close(&json["solutions"]["nucleolus"], &[116_234.0, 93_540.0, 202_810.0], 0.5);
    assert_eq!(json["in_core"]["shapley"], true);
    assert_eq!(json["core_is_empty"], false);
    assert_eq!(ended.err(), "");
}

#[test]
fn game_prints_players_by_solution_and_how_each_holds() {
    let ended = said(&format!("game {TENNESSEE}")).code(0);
    let out = ended.out();
    assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
    assert!(out.starts_with("Tennessee Valley Authority"), "{out}");
    assert_eq!(ended.row("navigation")[..2], ["163 520.00", "117 829.00"]);
    assert_eq!(ended.row("Total")[1], "412 584.00");
    assert_eq!(ended.row("In the core")[..2], ["yes", "yes"]);
    assert!(out.contains("The core is not empty"), "{out}");
}

/// Two players halve what they gain together: (6 - 2) / 2 on top of 0 and 2.
#[test]
fn two_players_halve_the_gain_under_every_solution() {
    let json = Written::new(PLAIN).game(&["--solution", "all", "--json"]).code(0).json();
    let solutions = json["solutions"].as_object().unwrap();
    let unweighted = Solution::ALL.iter().filter(|solution| !solution.takes_weights()).count();
    assert_eq!(solutions.len(), unweighted + 1, "and a point of the least core");
    for shares in solutions.values() {
        close(shares, &[2.0, 4.0], 1e-6);
    }
}

/// Weighted Shapley: the dividend of 4 of the two together is shared 3 to 1.
#[test]
fn weights_in_the_file_are_used() {
    let text = PLAIN.replace("kind =", "weights = [3, 1]\nkind =");
    let json = Written::new(&text).game(&["--solution", "weighted_shapley", "--json"]).code(0).json();
    close(&json["solutions"]["weighted_shapley"], &[3.0, 3.0], 1e-9);
    let shown = Written::new(&text).game(&["--json"]).code(0).json();
    assert!(shown["solutions"].get("weighted_shapley").is_some(), "{shown}");
}

#[test]
fn digits_and_any_order_of_names_make_the_same_game() {
    let digits = PLAIN.replace("KG = 0", "1 = 0").replace("UZ = 2", "2 = 2").replace("\"KG+UZ\"", "21");
    let turned = PLAIN.replace("KG+UZ", "UZ + KG");
    let expected = Written::new(PLAIN).game(&["--json"]).code(0).json();
    for text in [digits, turned] {
        assert_eq!(Written::new(&text).game(&["--json"]).code(0).json(), expected, "{text}");
    }
}

/// No coalition of two or more gains anything, so there is nothing for Gately to divide by.
const NOTHING_TO_SHARE: &str = "players = [\"a\", \"b\"]\nkind = \"gain\"\n[v]\na = 0\nb = 0\n\"a+b\" = 0\n";

#[test]
fn an_undefined_solution_is_a_dash_and_spoils_no_other() {
    let file = Written::new(NOTHING_TO_SHARE);
    let ended = file.game(&["--solution", "shapley,gately"]).code(0);
    assert_eq!(ended.row("a "), ["0", "0", "-"]);
    assert!(ended.out().contains("gately: "), "{}", ended.out());
    let json = file.game(&["--solution", "shapley,gately", "--json"]).code(0).json();
    assert!(json["solutions"]["gately"].is_null() && json["undefined"]["gately"].is_string(), "{json}");
}

#[test]
fn an_undefined_solution_that_was_asked_for_alone_could_not_be_solved() {
    let ended = Written::new(NOTHING_TO_SHARE).game(&["--solution", "gately"]).code(1);
    assert_eq!(ended.out(), "");
    assert!(ended.err().starts_with("mirab: gately: "), "{}", ended.err());
}

#[test]
fn the_help_says_what_every_solution_means() {
    let out = said("game --help").code(0).out();
    for name in Solution::ALL.iter().map(|solution| solution.name()).chain(["least_core"]) {
        let line = out.lines().find(|line| line.trim_start().starts_with(&format!("{name} ")));
        let line = line.unwrap_or_else(|| panic!("{name} is missing from:\n{out}"));
        assert!(line.split_whitespace().count() > 3, "{line}");
    }
}

#[test]
fn a_solution_that_is_misspelt_is_guessed() {
    refused(&format!("game {TENNESSEE} --solution nucleulus"), &["`nucleulus`", "did you mean `nucleolus`?"]);
    refused(&format!("game {TENNESSEE} --solution zebra"), &["`zebra`", "there are shapley"]);
    refused(&format!("game {TENNESSEE} --solution ,"), &["no solution"]);
    refused(&format!("game {TENNESSEE} --solution weighted_shapley"), &["weighted_shapley", "weights"]);
}

/// The problems of a file: what is changed in the plain one, and each line that must be told.
#[track_caller]
fn problems(from: &str, to: &str, lines: &[&str]) {
    assert!(PLAIN.contains(from), "{from}");
    problems_of(&PLAIN.replace(from, to), lines);
}

#[track_caller]
fn problems_of(text: &str, lines: &[&str]) {
    let ended = Written::new(text).game(&[]).code(2);
    assert_eq!(ended.out(), "");
    let err = ended.err();
    let told: Vec<&str> = err.lines().collect();
    let noun = if lines.len() == 1 { "problem" } else { "problems" };
    assert!(told[0].ends_with("game.toml"), "{err}");
    assert_eq!(
        told[1..told.len() - 1].iter().map(|line| line.trim_start()).collect::<Vec<_>>(),
        lines,
        "{err}"
    );
    assert_eq!(told[told.len() - 1], format!("{} {noun}; nothing was run.", lines.len()));
}

#[test]
fn a_misspelt_player_is_one_problem_with_a_guess() {
    let slip = PLAIN.replace("UZ", "Fergana").replace("KG+Fergana", "KG+Fregana");
    problems_of(&slip, &["v.KG+Fregana: no player is called `Fregana`; did you mean `Fergana`?"]);
    problems(
        "KG = 0",
        "KG = 0\nXinjiang = 1",
        &["v.Xinjiang: no player is called `Xinjiang`   (the players are KG, UZ)"],
    );
    problems("KG = 0", "KG = 0\n\"\" = 1", &["v.: a name is missing   (the players are KG, UZ)"]);
}

#[test]
fn all_missing_coalitions_are_named_at_once() {
    problems("KG = 0\nUZ = 2\n", "", &["v: 2 coalitions are missing: `KG`, `UZ`"]);
    problems("\"KG+UZ\" = 6", "", &["v: 1 coalition is missing: `KG+UZ`"]);
    problems(
        "[v]\nKG = 0\nUZ = 2\n\"KG+UZ\" = 6",
        "",
        &["v: is missing   (write [v] and a worth for every coalition)"],
    );
}

#[test]
fn a_coalition_told_twice_is_refused() {
    problems("KG = 0", "KG = 0\n\"UZ+KG\" = 5", &["v.KG+UZ: is the same coalition as `UZ+KG`"]);
    problems("KG = 0", "KG = 0\n\"12\" = 5", &["v.KG+UZ: is the same coalition as `12`"]);
    problems("KG = 0", "KG = 0\n\"KG+KG\" = 5", &["v.KG+KG: names `KG` twice"]);
    problems(
        "KG = 0",
        "KG = 0\n\"13\" = 5",
        &["v.13: there is no player 3; the digits 1 to 2 count the players"],
    );
    problems("KG = 0", "KG = 0\n\"11\" = 5", &["v.11: names player 1 twice"]);
}

#[test]
fn worths_that_are_no_numbers_are_refused() {
    problems("UZ = 2", "UZ = \"two\"", &["v.UZ = \"two\" is not a finite number"]);
    problems("UZ = 2", "UZ = nan", &["v.UZ = nan is not a finite number"]);
    problems("UZ = 2", "UZ = inf", &["v.UZ = inf is not a finite number"]);
}

#[test]
fn players_kind_weights_and_keys_are_checked() {
    problems("\"UZ\"]", "\"KG\"]", &["players: 2, \"KG\", is there twice"]);
    problems("\"KG\", \"UZ\"", "", &["players: has 0 entries; a game has 1 to 20"]);
    problems("\"UZ\"]", "\"U+Z\"]", &["players: 2, \"U+Z\", has a `+`, which joins names"]);
    problems("\"UZ\"]", "3]", &["players: 2, 3, is no name"]);
    problems(
        "kind = \"gain\"",
        "kind = \"costs\"",
        &["kind = \"costs\" is neither \"gain\" nor \"cost\"; did you mean `cost`?"],
    );
    problems("kind = \"gain\"", "", &["kind: is missing   (write \"gain\" or \"cost\")"]);
    problems("kind =", "weights = [1]\nkind =", &["weights: has 1 entries for 2 players"]);
    problems("kind =", "weights = [1, 0]\nkind =", &["weights: 2, 0, is not a number above zero"]);
    problems("kind =", "weight = [1, 2]\nkind =", &["weight: no such key; did you mean `weights`?"]);
}

#[test]
fn every_problem_of_a_file_comes_at_once() {
    problems(
        "kind = \"gain\"\n\n[v]\nKG = 0",
        "weights = [1, 0]\ncolour = \"blue\"\n\n[v]\nKG = \"none\"",
        &[
            "colour: no such key   (a game has title, source, players, kind, v, weights)",
            "kind: is missing   (write \"gain\" or \"cost\")",
            "v.KG = \"none\" is not a finite number",
            "weights: 2, 0, is not a number above zero",
        ],
    );
    problems(
        "\"UZ\"]\nkind = \"gain\"\n\n[v]\nKG = 0",
        "\"KG\"]\nkind = 3\n\n[v]\nKG = []",
        &[
            "kind = 3 is neither \"gain\" nor \"cost\"",
            "players: 2, \"KG\", is there twice",
            "v.KG = [] is not a finite number",
        ],
    );
}

#[test]
fn a_file_that_is_none_is_refused() {
    let ended = said("game nowhere.toml").code(2);
    assert!(
        ended.err().contains("nowhere.toml") && ended.err().contains("cannot be read"),
        "{}",
        ended.err()
    );
    let ended = Written::new("players = [").game(&[]).code(2);
    assert!(ended.err().contains("line 1: is no TOML"), "{}", ended.err());
    assert!(said("game").code(2).err().contains("FILE"));
}

#[test]
fn the_examples_are_games_that_can_be_solved() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/games");
    let files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty());
    for file in files {
        mirab(&["game", file.to_str().unwrap(), "--json"]).code(0);
    }
}
