//! Shapley's value from random orders.

use super::game_of;
use super::random::random_game;
use mirab::fairness::games::{Coalition, shapley, shapley_sampled};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Worth of a coalition of 200: the square of its size, and something for neighbours.
fn neighbours(members: &[bool]) -> f64 {
    let size = members.iter().filter(|is| **is).count() as f64;
    let pairs = members.windows(2).filter(|pair| pair[0] && pair[1]).count() as f64;
    size * size / 10.0 + pairs
}

#[test]
fn two_hundred_players_are_sampled_within_four_standard_errors() {
    let estimate = shapley_sampled(200, neighbours, 400, 3).unwrap();
    let inside = 20.0 + 1.0; // the square is symmetric, and a pair of neighbours share 1
    for (player, (share, error)) in estimate.shares.iter().zip(&estimate.standard_errors).enumerate() {
        let exact = if player == 0 || player == 199 { inside - 0.5 } else { inside };
        assert!((share - exact).abs() <= 4.0 * error + 1e-9, "{player}: {share} +- {error}, not {exact}");
        assert!(*error < 0.1);
    }
    assert!((estimate.shares.iter().sum::<f64>() - neighbours(&[true; 200])).abs() < 1e-8);
    assert_eq!(estimate, shapley_sampled(200, neighbours, 400, 3).unwrap());
    assert_ne!(estimate, shapley_sampled(200, neighbours, 400, 4).unwrap());
}

/// Off by less than four standard errors, and on average by about one: the errors are neither too small nor too large.
#[test]
fn standard_errors_are_as_large_as_the_errors() {
    let mut squares = Vec::new();
    for seed in 0..30 {
        let game = random_game(6, seed);
        let worth =
            |members: &[bool]| game.worth((0..members.len()).filter(|player| members[*player]).collect());
        let estimate = shapley_sampled(6, worth, 200, seed).unwrap();
        let errors = estimate.shares.iter().zip(shapley(&game)).map(|(share, exact)| share - exact);
        squares.extend(errors.zip(&estimate.standard_errors).map(|(off, error)| (off / error).powi(2)));
    }
    assert!(squares.iter().all(|square| *square < 16.0), "{squares:?}");
    let mean = squares.iter().sum::<f64>() / squares.len() as f64;
    assert!((0.7..1.4).contains(&mean), "{mean}");
}

/// The mean squared error over repetitions, with the reverse of every order and with as many independent ones.
#[test]
fn reversed_orders_lower_the_error() {
    let weights = [5.0, 4.0, 3.0, 3.0, 2.0, 1.0, 1.0, 1.0];
    let worth = |members: &[bool]| {
        let sum: f64 = members.iter().zip(weights).map(|(is, weight)| f64::from(*is) * weight).sum();
        sum.powf(1.5)
    };
    let of =
        |coalition: Coalition| worth(&(0..8).map(|player| coalition.contains(player)).collect::<Vec<_>>());
    let exact = shapley(&game_of(8, of));
    let off = |shares: &[f64]| shares.iter().zip(&exact).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    let (mut paired, mut plain) = (0.0, 0.0);
    for seed in 0..40 {
        paired += off(&shapley_sampled(8, worth, 20, seed).unwrap().shares);
        plain += off(&independent_orders(8, worth, 20, seed));
    }
    assert!(paired < plain / 5.0, "{paired} against {plain}");
}

fn independent_orders(players: usize, worth: impl Fn(&[bool]) -> f64, orders: usize, seed: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..players).collect();
    let mut shares = vec![0.0; players];
    for _ in 0..orders {
        order.shuffle(&mut random);
        let mut members = vec![false; players];
        let mut before = 0.0;
        for &player in &order {
            members[player] = true;
            shares[player] += (worth(&members) - before) / orders as f64;
            before = worth(&members);
        }
    }
    shares
}
