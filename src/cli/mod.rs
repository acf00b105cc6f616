//! Floor 9: the door: one file a verb, and what every verb shares.
//!
//! Verbs read arguments, call the floors below and print; nothing is computed here. What goes wrong is
//! worded on stderr and ends in an exit code: 0 done, 1 could not be solved, 2 the scenario or the
//! command is wrong.

mod check;
mod compare;
mod divide;
mod ensemble;
mod explain;
mod export;
mod failure;
mod game;
mod job;
mod kinds;
mod options;
mod plot;
mod policies;
mod print;
mod progress;
mod run;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;

/// Shares the water and energy of a river basin fairly, and shows what each policy would mean.
#[derive(Debug, Parser)]
#[command(name = "mirab", version, arg_required_else_help = true, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

/// What can be done.
#[derive(Debug, Subcommand)]
enum Verb {
    /// Run every policy of a scenario and put them side by side: tables, figures, report
    Compare(compare::Compare),
    /// Run one policy
    Run(run::Run),
    /// Run policies on many draws of what comes: means and percentiles of every criterion
    Ensemble(ensemble::Ensemble),
    /// Say everything that is wrong with a scenario, or that nothing is
    Check(check::Check),
    /// Show the merged scenario: each value, the file it comes from, its source
    Explain(explain::Explain),
    /// List the policies, or show one
    Policies(policies::Policies),
    /// Divide an estate among claims by a rule, or by every rule side by side
    Divide(divide::Divide),
    /// Solve a cooperative game: who gets what of the joint gain, or pays what of the joint cost
    Game(game::Game),
    /// Write the program of a policy for another solver
    Export(export::Export),
    /// Draw the figures of a finished run again from its tables
    Plot(plot::Plot),
}

/// Does what the command line says and gives the exit code.
pub fn main() -> ExitCode {
    match Arguments::try_parse() {
        Ok(arguments) => exit_code(dispatch(arguments.verb)),
        Err(error) => {
            // Where not even the message can be written there is nobody to tell.
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(failure::WRONG))
        }
    }
}

fn dispatch(verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::Compare(verb) => compare::compare(&verb),
        Verb::Run(verb) => run::run(&verb),
        Verb::Ensemble(verb) => ensemble::ensemble(&verb),
        Verb::Check(verb) => check::check(&verb),
        Verb::Explain(verb) => explain::explain(&verb),
        Verb::Policies(verb) => policies::policies(&verb),
        Verb::Divide(verb) => divide::divide(&verb),
        Verb::Game(verb) => game::game(&verb),
        Verb::Export(verb) => export::export(&verb),
        Verb::Plot(verb) => plot::plot(&verb),
    }
}

fn exit_code(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell();
            ExitCode::from(failure.code())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_verb_of_the_interface_takes_its_options() {
        let lines = [
            "mirab compare dry-year --policies quota,max_min --out x --overwrite --set a.b=1 --set c=2 --json --quiet",
            "mirab run dry-year --policy quota --solver clarabel",
            "mirab ensemble dry-year --members 100 --seed 7 --policies quota,max_min --threads 2 --solver clarabel --out x --json",
            "mirab check dry-year --set a.b=1 --json",
            "mirab explain dry-year reservoir.toktogul",
            "mirab policies quota",
            "mirab divide talmud --estate 200 --claims 100,200,300 --weights 1,2,1 --names KG,UZ,TM --json",
            "mirab divide cea --estate -1 --claims -100,NaN",
            "mirab game tva.toml --solution shapley,nucleolus --json",
            "mirab export dry-year --policy one_basin --format mps --to x.mps",
            "mirab plot output/dry-year",
        ];
        for line in lines {
            if let Err(error) = Arguments::try_parse_from(line.split(' ')) {
                panic!("{line}: {error}");
            }
        }
    }
}
