//! What each kind of record that a policy can hold means: a formula, a paragraph, a source.
//!
//! Words only; the records themselves are in the policy, and printing them is left to `policies`.

/// A kind of record, by the key it has in a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// `welfare`, `award`, ...
    pub(super) key: &'static str,
    /// Its formula.
    pub(super) formula: &'static str,
    /// What it does.
    pub(super) about: &'static str,
    /// Where it comes from.
    pub(super) source: &'static str,
}

/// The kinds: first those that decide a plan, then those that bind it, then the money.
pub(super) const KINDS: [Kind; 14] = [
    Kind {
        key: "welfare",
        formula: "max sum_i w_i phi_alpha(x_i), x_i = (u_i - floor_i) / scale_i; phi_alpha(x) = x^(1 - alpha) / \
                  (1 - alpha), log x at alpha = 1; \"leximin\" is the limit of large alpha",
        about: "Chooses the plan with the greatest welfare. The measure says what u_i is: each need by itself \
                (needs), water, energy, the smallest need (worst_need), the mean need (mean_need), or net benefit in \
                MUSD (benefit). alpha is the aversion to inequality: 0 adds up, 1 weighs a per cent alike for \
                everybody, leximin lifts the worst off first. Weights are equal, by population, by need, or a table. \
                With floor = \"status_quo\" gains over the status quo are shared and nobody falls below it: alpha = 1 is \
                Nash's bargain; scale = \"ideal\" counts each gain by the greatest one that riparian could have, and with \
                leximin that is Kalai and Smorodinsky's.",
        source: "Atkinson, 1970; Mo and Walrand, 2000; Sen, 1970, for leximin; Nash, 1950; Kalai and Smorodinsky, 1975",
    },
    Kind {
        key: "award",
        formula: "target a = rule(estate, claims); leximin of q_i / a_i over the network, q_i <= limit a_i",
        about: "A claims rule or the treaties set a target for each riparian, river by river and season by season; \
                the deliveries come as near to the targets as the network allows, the worst shortfall first. \
                `mirab divide` computes the rules alone.",
        source: "O'Neill, 1982; Thomson, 2003, Mathematical Social Sciences 45",
    },
    Kind {
        key: "priority",
        formula: "optimise f_1; then f_2 among the optima of f_1; then f_3 among those, and so on",
        about: "Serves classes strictly one after the other: no gain in a later class, however great, makes up for a \
                loss in an earlier one. There are no weights between classes.",
        source: "lexicographic goals: Charnes and Cooper, 1961; in river treaties: the order of uses",
    },
    Kind {
        key: "equilibrium",
        formula: "x_i maximises B_i(x_i, x_-i) for every riparian i at once",
        about: "Everybody for itself: in river order each riparian chooses its own storages, releases, diversions \
                and trade for its own net benefit and takes the others as they are, round by round until nobody \
                moves. It is no optimum of anything, and the status quo that gains are measured against.",
        source: "Nash, 1951, Annals of Mathematics 54; the rounds are Cournot's, 1838",
    },
    Kind {
        key: "contract",
        formula: "R_summer >= R_summer(status quo) + V; X = k V; X_j sent to partner j beyond the status quo; rho X_j promised \
                  back, the share `reliability` of it arrives; V min(1, delivered / promised) in the next year",
        about: "Summer water for winter energy. The owner of a reservoir lets out more in April-September than its status quo \
                does and is otherwise for itself, like everybody; the water is water of the river. The power that this makes \
                (kWh_per_m3 times the volume, or what the owner's plants really make more) is shared among the \
                partners, who give energy back in October-March as electricity, fuel or money. Electricity goes by lines, \
                beyond what they carry under the status quo, as far as they can: what they cannot take to a partner is not \
                given, and what they cannot bring back is paid in money. Fuel and money are entries of the ledger alone: \
                fuel is counted as the electricity that is made of it and changes no station's plan. A list of contracts, one an \
                owner, binds several; `transit` is a fee to a third whose grid carries the electricity.",
        source: "agreement of 17 March 1998 between Kazakhstan, Kyrgyzstan and Uzbekistan; one for one and the \
                 reliability: deals of 2021-2025; what follows a default is assumed",
    },
    Kind {
        key: "constraint",
        formula: "g(x) <= b, as far as all of them can be kept",
        about: "Limits of this policy alone, beyond the promises of the physics: shares of a release by season, the \
                most that may be let go in winter.",
        source: "operating rules; the policy names its own",
    },
    Kind {
        key: "fuel",
        formula: "sum over October-March of what the stations of i make <= F_i",
        about: "Fuel that a riparian is given for nothing in winter, counted as the electricity it makes. Its stations burn \
                that and no other, so F = 0 leaves them cold. The benefits are before transfers: there the stations' \
                owner pays for the fuel.",
        source: "the exchange of fuel for summer water before 1991; one way to read it, assumed",
    },
    Kind {
        key: "fuel_from",
        formula: "tau_i = sum over j of sigma_j c, tau_j = -sigma_j c, with c what the fuel given to i cost; sum sigma_j = 1",
        about: "Who gives the fuel, and which share: the settlement has each pay its share of what the fuel that was \
                burnt cost, so the stations' owner has it for nothing. Without it nobody is charged but the owner.",
        source: "who gave it before 1991 was the Union; shares are assumed",
    },
    Kind {
        key: "guarantee",
        formula: "u_g >= g for every guarantee g; where they clash: leximin of u_g / g, tier 0 first, tier 2 last",
        about: "Minima that come before the policy's own goal: tier 0 is safety and ecology, tier 1 vital needs, tier \
                2 treaty and summer volumes. Where not all can be kept tier 2 gives way first, and the report says \
                what gave way.",
        source: "the order of the tiers is assumed; vital human needs: Watercourses Convention, article 10",
    },
    Kind {
        key: "last_season_delivered",
        formula: "u_g >= (1 - f_i) g for every guarantee g to i, f_i = max(0, promised - delivered) / promised",
        about: "What riparians delivered last season over what they had promised. What is guaranteed to one that \
                delivered less (drinking water, energy, water, the treaty's limits) shrinks with it; flows for the river \
                and releases, which are for those below, do not.",
        source: "discipline of a consortium: assumed, no text sets a penalty",
    },
    Kind {
        key: "slack",
        formula: "u_i >= (1 - slack) u*_i in everything that comes after u*_i was reached",
        about: "How far a level that was reached may be missed for the sake of those after it and of the total benefit, \
                relative to it: a tenth of a per cent unless given.",
        source: "levels are held as floors, never as equations: Ogryczak and Sliwinski, 2006",
    },
    Kind {
        key: "against",
        formula: "d_i = B_i of the plan of this policy",
        about: "Names the status quo: the policy whose plan holds if this one does not come about. It is run first, and \
                gains are counted from the benefits of its record; autarky unless named.",
        source: "the disagreement point of Nash, 1950",
    },
    Kind {
        key: "joint_plant",
        formula: "p_i = sigma_i p, sum sigma_i = 1",
        about: "A plant that several riparians own together. The plan runs it like any other, in the area where it \
                stands; what an owner takes beyond its share of the output is settled in money.",
        source: "Kambarata-1: 34, 33 and 33 per cent for Kyrgyzstan, Kazakhstan and Uzbekistan, as printed",
    },
    Kind {
        key: "settlement",
        formula: "z_i = B_i + tau_i with sum tau_i = 0; v(S) = the most that S can have while the others keep the \
                  status quo",
        about: "Says who pays whom once the plan is made. The rule shares the gain over the status quo: shapley by the \
                mean of what each adds, nucleolus so that the least content coalition is as content as can be, nash in \
                equal parts, downstream_incremental by the order of the river, service_fee by a price of stored \
                water; barter sets what a contract exchanged against each other at the agreed price. The report says whether a coalition could do better by leaving.",
        source: "Shapley, 1953; Schmeidler, 1969; Nash, 1950; Ambec and Sprumont, 2002",
    },
];

/// The kind that has this key.
pub(super) fn kind(key: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.key == key)
}
