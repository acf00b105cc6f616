//! The tables of a run: what is written to `tables/`, read back by `plot`, and drawn from.
//!
//! Writing returns bytes and reading takes them; where they lie is for [`super::folder`]. The header
//! of a table is the list of its row's fields, so it cannot drift from what is written, and an empty
//! table still has one. The parts of the benefit (`Record::money`) are no table and are not read back.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::consortium::settlement::Settlement;
use crate::evaluation::rows::{CoalitionRow, ComparisonRow, PaymentRow, RiparianRow};
use crate::evaluation::{coalitions, payments, settle};
use crate::network::basin::Basin;
use crate::simulation::record::Record;

use super::header::header;

/// All tables of a run, over all its policies in the order they were run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    /// The records of all policies, one after the other in each table.
    pub record: Record,
    /// Riparian by season.
    pub riparians: Vec<RiparianRow>,
    /// The payments of each policy that was settled.
    pub settlement: Vec<PaymentRow>,
    /// The coalitions of each policy that was settled.
    pub coalitions: Vec<CoalitionRow>,
    /// Policy by criterion.
    pub comparison: Vec<ComparisonRow>,
}

/// A table that cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {cause}")]
pub struct TableError {
    /// The file's name.
    pub file: &'static str,
    /// What is wrong, with the line where there is one.
    pub cause: csv::Error,
}

/// A file of `tables/`.
#[derive(Clone, Debug, PartialEq)]
pub struct TableFile {
    /// Its name: `reservoirs.csv`.
    pub name: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Lists every table once: its file and where its rows are kept.
macro_rules! tables {
    ($($file:literal => $($field:ident).+;)+) => {
        impl Tables {
            /// The names of the files, in the order they are written.
            pub const FILES: &[&str] = &[$($file,)+];

            /// The files of these tables.
            ///
            /// # Errors
            /// A row that CSV cannot hold, which none of ours is.
            pub fn files(&self) -> Result<Vec<TableFile>, TableError> {
                Ok(vec![$(TableFile { name: $file, bytes: write($file, &self.$($field).+)? },)+])
            }

            /// The tables that were written to files; `read` gives the bytes of each name.
            ///
            /// # Errors
            /// What `read` says of a file it cannot give, or a file that is no such table, with the line.
            pub fn read<E: From<TableError>>(
                mut read: impl FnMut(&'static str) -> Result<Vec<u8>, E>,
            ) -> Result<Tables, E> {
                let mut tables = Tables::default();
                $(tables.$($field).+ = parse($file, &read($file)?)?;)+
                Ok(tables)
            }
        }
    };
}

tables! {
    "reservoirs.csv" => record.reservoirs;
    "nodes.csv" => record.nodes;
    "reaches.csv" => record.reaches;
    "deliveries.csv" => record.deliveries;
    "drainage.csv" => record.drainage;
    "environment.csv" => record.environment;
    "plants.csv" => record.plants;
    "power.csv" => record.power;
    "trade.csv" => record.trade;
    "riparians.csv" => riparians;
    "settlement.csv" => settlement;
    "coalitions.csv" => coalitions;
    "comparison.csv" => comparison;
    "broken_promises.csv" => record.broken_promises;
}

impl Tables {
    /// Tables that runs of older versions do not have; nothing was in them then.
    pub const LATER: [&str; 2] = ["settlement.csv", "coalitions.csv"];

    /// Adds what happened under one more policy.
    pub fn append(&mut self, record: Record, riparians: Vec<RiparianRow>) {
        self.record.append(record);
        self.riparians.extend(riparians);
    }

    /// Enters the settlements of the run: the payments, the coalitions, and what they and autarky change
    /// in the rows of the riparians. Meant for the record of all policies, before they are compared.
    pub fn settle(&mut self, settlements: &[Settlement], basin: &Basin) {
        settle(&mut self.riparians, settlements, basin);
        self.settlement.extend(settlements.iter().flat_map(payments));
        self.coalitions.extend(settlements.iter().flat_map(coalitions));
    }

    /// The policies, in the order they were run.
    pub fn policies(&self) -> Vec<String> {
        let mut policies: Vec<String> = Vec::new();
        for policy in self.comparison.iter().map(|row| &row.policy) {
            if !policies.contains(policy) {
                policies.push(policy.clone());
            }
        }
        policies
    }

    /// A criterion of a policy over the basin and the year.
    pub fn criterion(&self, policy: &str, criterion: &str) -> Option<f64> {
        let basin_wide = |row: &&ComparisonRow| row.riparian.is_none() && row.season.is_none();
        let mut rows = self.comparison.iter().filter(basin_wide);
        rows.find(|row| row.policy == policy && row.criterion == criterion).map(|row| row.value)
    }
}

fn write<R: Serialize + DeserializeOwned>(file: &'static str, rows: &[R]) -> Result<Vec<u8>, TableError> {
    let fault = |cause| TableError { file, cause };
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record(header::<R>()).map_err(fault)?;
    for row in rows {
        writer.serialize(row).map_err(fault)?;
    }
    writer.into_inner().map_err(|error| fault(error.into_error().into()))
}

fn parse<R: DeserializeOwned>(file: &'static str, bytes: &[u8]) -> Result<Vec<R>, TableError> {
    let fault = |cause| TableError { file, cause };
    csv::Reader::from_reader(bytes).deserialize().collect::<Result<_, _>>().map_err(fault)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::evaluation::{compare, example, riparians};

    /// The tables of the example, without the parts of the benefit that are not written.
    pub(crate) fn example_tables() -> Tables {
        let (record, basin, policies) = (example::record(), example::basin(), example::policies());
        let rows: Vec<RiparianRow> =
            policies.iter().flat_map(|policy| riparians(&record, &basin, policy)).collect();
        let comparison = compare(&record, &rows, &basin, &policies, &[]);
        let mut tables = Tables { comparison, ..Tables::default() };
        tables.append(Record { money: Vec::new(), ..record }, rows);
        tables
    }

    fn text(tables: &Tables, name: &str) -> String {
        let files = tables.files().unwrap();
        let file = files.iter().find(|file| file.name == name).unwrap();
        String::from_utf8(file.bytes.clone()).unwrap()
    }

    fn read_back(tables: &Tables) -> Result<Tables, TableError> {
        let files = tables.files()?;
        Tables::read(|name| Ok(files.iter().find(|file| file.name == name).unwrap().bytes.clone()))
    }

    #[test]
    fn what_is_written_is_read_back_number_for_number() {
        let mut tables = example_tables();
        tables.record.reservoirs[0].inflow_hm3 = 0.1 + 0.2;
        tables.record.reservoirs[0].residual_hm3 = -1.2345e-14;
        tables.record.reservoirs[1].water_value_USD_per_m3 = Some(1.0 / 3.0);
        assert_eq!(read_back(&tables).unwrap(), tables);
    }

    #[test]
    fn the_header_is_the_one_people_script_against() {
        let text = text(&example_tables(), "deliveries.csv");
        assert_eq!(
            text.lines().next(),
            Some(
                "policy,member,period_start,days,demand,riparian,use,node,claim_hm3,delivered_hm3,deficit_hm3,returned_hm3"
            )
        );
        assert_eq!(
            text.lines().nth(1),
            Some("quota,0,2008-03-01,31.0,uz_farm,UZ,irrigation,fields,100.0,50.0,50.0,5.0")
        );
    }

    #[test]
    fn an_empty_table_still_has_its_header() {
        let text = text(&Tables::default(), "broken_promises.csv");
        assert_eq!(text, "policy,member,period_start,promise,place,required,achieved,unit\n");
    }

    #[test]
    fn an_empty_value_is_an_empty_cell() {
        let text = text(&example_tables(), "riparians.csv");
        assert_eq!(
            text.lines().nth(1),
            Some("quota,0,non_vegetation,KG,0.0,0.0,,10.0,10.0,1.0,0.5,0.0,0.5,")
        );
    }

    #[test]
    fn a_damaged_table_is_named_with_its_line() {
        let files = example_tables().files().unwrap();
        let read = Tables::read(|name| {
            let bytes = files.iter().find(|file| file.name == name).unwrap().bytes.clone();
            let damaged = String::from_utf8(bytes).unwrap().replacen("31.0", "many", 1).into_bytes();
            Ok::<_, TableError>(damaged)
        });
        let message = read.unwrap_err().to_string();
        assert!(message.contains("reservoirs.csv") && message.contains("line: 2"), "{message}");
    }

    #[test]
    fn a_settlement_is_written_and_read_back() {
        let mut tables = example_tables();
        tables.settle(&[example::settlement()], &example::basin());
        assert_eq!(read_back(&tables).unwrap(), tables);
        let payments = text(&tables, "settlement.csv");
        assert_eq!(payments.lines().next(), Some("policy,member,from,to,amount_MUSD,in_kind,amount_GWh,for"));
        assert_eq!(payments.lines().nth(1), Some("quota,0,UZ,KG,5.0,money,0.0,storage"));
        let coalitions = text(&tables, "coalitions.csv");
        assert_eq!(coalitions.lines().nth(3), Some("quota,0,shapley,autarky,KG+UZ,132.0,131.0,120.0"));
        assert!(text(&tables, "riparians.csv").contains("quota,0,vegetation,fund,0.0,0.0,,0.0,0.0,,0.0,"));
    }

    #[test]
    fn policies_keep_the_order_they_were_run_in() {
        assert_eq!(example_tables().policies(), example::policies());
    }
}
