//! Promises of the organisation's files: the example is sound, names lead somewhere or are refused at
//! their line, and what is exported reads back the same.

use std::path::{Path, PathBuf};

use tandem::configuration::organisation::{Change, Organisation, diff};
use tandem::configuration::{Fault, check};
use tempfile::TempDir;

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config")
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("the folder takes files");
    }
    folder
}

/// Faults with the folder's name cut off.
fn faults(files: &[(&str, &str)]) -> Vec<String> {
    let folder = folder(files);
    let faults = Organisation::load(folder.path()).expect_err("it must be refused");
    let prefix = format!("{}/", folder.path().display());
    faults.iter().map(|fault| Fault::to_string(fault).replace(&prefix, "")).collect()
}

const BASE: &str = r#"
presences = [
    { id = "available", name = "Available", routable = true },
    { id = "offline", name = "Offline", routable = false },
    { id = "not_responding", name = "Not responding", routable = false },
]
skills = [{ id = "billing", name = "Billing" }]
"#;

#[test]
fn the_example_organisation_is_sound() {
    let report = check(&example(), &[]);
    assert!(report.is_good(), "{report}");
    let organisation = Organisation::load(&example().join("organisation")).unwrap();
    assert_eq!(organisation.sites[0].id.as_str(), "outdoor");
    assert_eq!(report.remarks.len(), 1, "the demo passwords are remarked on");
    for intent in [
        "refund",
        "order_status",
        "delivery",
        "warranty",
        "payment",
        "account",
        "product_advice",
        "complaint",
    ] {
        assert!(organisation.route(&model::Intent::new(intent).unwrap()).is_some(), "{intent} has no route");
    }
}

#[test]
fn what_is_exported_reads_back_the_same() {
    let organisation = Organisation::load(&example().join("organisation")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    organisation.export(folder.path()).unwrap();
    assert_eq!(Organisation::load(folder.path()).unwrap(), organisation);
    assert!(organisation.export(folder.path()).is_err(), "nothing is written over");
}

#[test]
fn an_organisation_is_kept_as_json_without_loss() {
    let organisation = Organisation::load(&example().join("organisation")).unwrap();
    let document = serde_json::to_value(&organisation).unwrap();
    assert_eq!(serde_json::from_value::<Organisation>(document).unwrap(), organisation);
}

#[test]
fn an_unknown_reference_is_refused_at_its_line_with_the_nearest_name() {
    let queues = "[[queues]]\nid = \"billing\"\nname = \"Billing\"\n\n[[queues]]\nid = \"support\"\nname = \"Support\"\noverflow = \"biling\"\n";
    let agents = "[[agents]]\nid = \"ana\"\nname = \"Ana\"\nroles = [\"agent\"]\ncapacity = { chat = 1 }\nqueues = [\"support\",\n  \"suport\"]\nskills = { biling = 3 }\n";
    let found = faults(&[("a.toml", BASE), ("b.toml", queues), ("c.toml", agents)]);
    assert_eq!(
        found,
        [
            "b.toml:8:12: queues[1].overflow: there is no queue \"biling\" (did you mean \"billing\"?)",
            "c.toml:7:3: agents[0].queues[1]: there is no queue \"suport\" (did you mean \"support\"?)",
            "c.toml:8:21: agents[0].skills.biling: there is no skill \"biling\" (did you mean \"billing\"?)",
        ]
    );
}

#[test]
fn an_index_counts_over_all_files() {
    let first = "[[queues]]\nid = \"a\"\nname = \"A\"\n";
    let second = "[[queues]]\nid = \"b\"\nname = \"B\"\noverflow = \"nowhere\"\n";
    let found = faults(&[("a.toml", BASE), ("b.toml", first), ("c.toml", second)]);
    assert_eq!(found, ["c.toml:4:12: queues[1].overflow: there is no queue \"nowhere\""]);
}

#[test]
fn faults_of_all_files_come_at_once_and_without_consequences() {
    let queues = "[[queues]]\nid = \"billing\"\nnam = \"Billing\"\n";
    let routes = "[[routes]]\nintent = \"refund\"\nqueue = \"billing\"\nskills = { billing = 9 }\n";
    let found = faults(&[("a.toml", BASE), ("b.toml", queues), ("c.toml", routes)]);
    assert_eq!(
        found,
        [
            "b.toml:3:1: unknown key \"nam\" (did you mean \"name\"?)",
            "b.toml:1:1: the key \"name\" is missing",
            "c.toml:4:22: 9 is not a level: 1 to 5",
        ]
    );
}

#[test]
fn a_name_taken_twice_and_an_overflow_in_a_circle_are_refused() {
    let queues = "[[queues]]\nid = \"a\"\nname = \"A\"\noverflow = \"b\"\n[[queues]]\nid = \"b\"\nname = \"B\"\noverflow = \"a\"\n[[queues]]\nid = \"b\"\nname = \"B\"\n";
    let found = faults(&[("a.toml", BASE), ("b.toml", queues)]);
    assert_eq!(found[0], "b.toml:10:6: queues[2].id: the name \"b\" is taken already");
    assert!(found[1].starts_with("b.toml:4:12: queues[0].overflow: it leads back here"), "{found:#?}");
}

#[test]
fn what_every_organisation_needs_is_missed() {
    let found = faults(&[(
        "a.toml",
        "name = \"Nobody\"\n[[hours]]\nid = \"h\"\nname = \"H\"\ntime_zone = \"Mars/Base\"\nmonday = [{ from = \"10:00\", to = \"09:00\" }]\n",
    )]);
    assert_eq!(found.iter().filter(|fault| fault.contains("which every organisation has")).count(), 3);
    assert!(found.iter().any(|fault| fault.starts_with("a.toml:5:13: hours[0].time_zone")), "{found:#?}");
    assert!(found.iter().any(|fault| fault.starts_with("a.toml:6:11: hours[0].monday[0]")), "{found:#?}");
}

#[test]
fn a_fact_that_any_text_would_be_is_refused_where_it_is_declared() {
    let agent = "[[virtual_agents]]\nid = \"scout\"\nname = \"Scout\"\nlanguages = [\"en\"]\nqueues = []\n";
    let facts = "\n[[virtual_agents.facts]]\nname = \"size\"\nask.en = \"Which size?\"\n\n\
                 [[virtual_agents.facts]]\nname = \"order\"\nask.en = \"Which order?\"\npattern = \"TO-(\"\n\n\
                 [[virtual_agents.facts]]\nname = \"mail\"\nask.en = \"Which address?\"\nkind = \"email\"\n";
    let found = faults(&[("a.toml", BASE), ("b.toml", &format!("{agent}{facts}"))]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(
        found[0],
        "b.toml:7:1: virtual_agents[0].facts[0]: say by a pattern or a kind what it looks like, or any text is taken for it"
    );
    assert!(found[1].starts_with("b.toml:14:11: virtual_agents[0].facts[1].pattern: "), "{}", found[1]);
}

#[test]
fn an_acknowledgement_belongs_to_an_address_of_its_site() {
    let sites = "[[queues]]\nid = \"all\"\nname = \"All\"\n\n[[sites]]\nid = \"shop\"\nname = \"Shop\"\nlanguages = [\"en\"]\n\
                 entry_queue = \"all\"\nperson_queue = \"all\"\nemail_addresses = [\"help@shop.example\"]\n\n\
                 [[sites.acknowledgements]]\naddress = \"halp@shop.example\"\ntext.en = \"Thank you.\"\n\n\
                 [[sites.acknowledgements]]\naddress = \"help@shop.example\"\ntext.en = \" \"\n";
    let found = faults(&[("a.toml", BASE), ("b.toml", sites)]);
    let flaw = |place: usize| format!("sites[0].acknowledgements[{place}]");
    assert_eq!(
        found,
        [
            format!(
                "b.toml:14:11: {}.address: \"halp@shop.example\" is none of the site's email_addresses",
                flaw(0)
            ),
            format!("b.toml:19:1: {}.text: it has a text in one language at least", flaw(1)),
        ]
    );
}

#[test]
fn an_event_no_session_has_is_refused_for_a_webhook() {
    let hook = "[[webhooks]]\nid = \"crm\"\nurl = \"https://crm.example\"\nsecret = { env = \"S\" }\nevents = [\"message_postd\"]\n";
    let found = faults(&[("a.toml", BASE), ("b.toml", hook)]);
    assert_eq!(
        found,
        [
            "b.toml:5:11: webhooks[0].events[0]: there is no type of event \"message_postd\" (did you mean \"message_posted\"?)"
        ]
    );
}

#[test]
fn a_diff_says_what_an_apply_will_change() {
    let old = Organisation::load(&example().join("organisation")).unwrap();
    let mut new = old.clone();
    new.queues[1].wrap_up_limit = None;
    new.agents.pop();
    let shown: Vec<String> = diff(&old, &new).iter().map(Change::to_string).collect();
    assert_eq!(shown, ["- agents.admin", "- queues.support.wrap_up_limit"]);
}

#[test]
fn an_empty_or_absent_folder_is_refused() {
    assert!(faults(&[])[0].ends_with("there is no .toml file in it"));
    let absent = tempfile::tempdir().unwrap().path().join("nowhere");
    assert!(Organisation::load(&absent).unwrap_err()[0].message.starts_with("cannot read the folder"));
}

#[test]
fn a_queue_names_delays_for_declared_reasons_only() {
    let text = format!(
        "{BASE}reject_reasons = [{{ id = \"busy\", name = \"Busy\", delay = \"10s\", queues = [\"salse\"] }}]\n{}",
        "[[queues]]\nid = \"sales\"\nname = \"Sales\"\nreject_delays = { bussy = \"2m\" }\n",
    );
    let found = faults(&[("a.toml", &text)]);
    assert_eq!(
        found,
        [
            "a.toml:12:27: queues[0].reject_delays.bussy: there is no reject reason \"bussy\" (did you mean \"busy\"?)",
            "a.toml:8:74: reject_reasons[0].queues[0]: there is no queue \"salse\" (did you mean \"sales\"?)",
        ]
    );
}

#[test]
fn an_order_that_goes_by_no_age_is_refused_where_queues_share_by_service_level() {
    let queue = "share = \"service_level\"\n[[queues]]\nid = \"q\"\nname = \"Q\"\norder = \"last_in_first\"\nselection = \"random\"\nlongest_idle = \"since_available\"\n";
    let found = faults(&[("a.toml", BASE), ("b.toml", queue)]);
    assert!(found[0].starts_with("b.toml:5:9: queues[0].order: queues share agents by"), "{found:#?}");
    assert!(found[1].starts_with("b.toml:7:16: queues[0].longest_idle: the queue's selection"), "{found:#?}");
    let none = "[[queues]]\nid = \"q\"\nname = \"Q\"\norder = { score = { points_a_minute = 0 } }\n";
    let found = faults(&[("a.toml", BASE), ("b.toml", none)]);
    assert!(found[0].starts_with("b.toml:4:"), "{found:#?}");
}

#[test]
fn a_task_rings_at_one_to_fifty_agents() {
    for (number, is_sound) in [(0, false), (1, true), (50, true), (51, false)] {
        let queue = format!("[[queues]]\nid = \"q\"\nname = \"Q\"\noffers_at_once = {number}\n");
        let folder = folder(&[("a.toml", &format!("{BASE}{queue}"))]);
        assert_eq!(Organisation::load(folder.path()).is_ok(), is_sound, "{number}");
    }
}

#[test]
fn a_channel_that_gives_way_to_itself_or_weighs_too_much_is_refused() {
    let rules = "[channels.email]\nweight = 101\nyields_to = [\"email\"]\n";
    let found = faults(&[("a.toml", BASE), ("b.toml", rules)]);
    assert_eq!(found[0], "b.toml:2:10: channels.email.weight: 101 is more than 100, which is a whole agent");
    assert!(found[1].starts_with("b.toml:3:13: channels.email.yields_to: a channel cannot"), "{found:#?}");
}

const EXPRESSIONS: &str = r#"
attributes = [
    { id = "team", of = "agent", kind = "text" },
    { id = "tier", of = "task", kind = "text" },
]
"#;

#[test]
fn an_expression_that_cannot_hold_water_is_refused_at_its_line_and_column() {
    let queues = r#"[[queues]]
id = "sales"
name = "Sales"
steps = [
    { holds = "30s", where = "agent.skills.biling >= 4" },
    { holds = "30s", where = "agent.attributes.team > 3" },
    { where = "agent.skills.billing >= 9" },
]
[[routes]]
intent = "refund"
when = "task.attributes.teir == 'gold'"
queue = "sales"
[[routes]]
queue = "sales"
"#;
    let agents = r#"[[agents]]
id = "ana"
name = "Ana"
roles = ["agent"]
capacity = { chat = 1 }
attributes = { team = 3, taem = "north" }
"#;
    let base = format!("{BASE}{EXPRESSIONS}");
    let found = faults(&[("a.toml", &base), ("agents.toml", agents), ("queues.toml", queues)]);
    let expected = [
        "queues.toml:13:1: routes[1]: a route says of which tasks it is: by \"intent\" or \"when\"",
        "queues.toml:5:30: queues[0].steps[0].where: at column 1 of it: there is no skill \"biling\" (did you mean \"billing\"?)",
        "queues.toml:6:30: queues[0].steps[1].where: at column 1 of it: a text is compared with a number",
        "queues.toml:7:15: queues[0].steps[2].where: at column 25 of it: 9 is no level: 1 to 5, and 0 for not having the skill",
        "queues.toml:11:8: routes[0].when: at column 1 of it: there is no attribute of tasks \"teir\" (did you mean \"tier\"?)",
        "agents.toml:6:33: agents[0].attributes.taem: there is no attribute of agents \"taem\" (did you mean \"team\"?)",
        "agents.toml:6:23: agents[0].attributes.team: it is a text",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_name_in_an_expression_that_nobody_here_has_is_refused_with_the_nearest() {
    let text = r#"[[queues]]
id = "sales"
name = "Sales"
steps = [
    { holds = "30s", where = "task.intent == 'refnud' || task.queue == 'sales'" },
    { holds = "30s", where = "'fx' in agent.languages || task.channel == 'chat'" },
    { where = "task.queue in ['saels'] || agent.skills.billing >= 1" },
]
[[routes]]
intent = "refund"
queue = "sales"
[[routes]]
when = "task.language == 'fx' || task.channel == 'emial'"
queue = "sales"
[[agents]]
id = "ana"
name = "Ana"
roles = ["agent"]
capacity = { chat = 1 }
queues = ["sales"]
languages = ["fr"]
"#;
    let found = faults(&[("a.toml", BASE), ("queues.toml", text)]);
    let expected = [
        "queues.toml:5:30: queues[0].steps[0].where: at column 16 of it: there is no route of an intent \"refnud\" (did you mean \"refund\"?)",
        "queues.toml:6:30: queues[0].steps[1].where: at column 1 of it: there is no site or agent with the language \"fx\" (did you mean \"fr\"?)",
        "queues.toml:7:15: queues[0].steps[2].where: at column 15 of it: there is no queue \"saels\" (did you mean \"sales\"?)",
        "queues.toml:13:8: routes[1].when: at column 18 of it: there is no site or agent with the language \"fx\" (did you mean \"fr\"?)",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_step_whose_expression_no_agent_can_meet_is_refused_and_one_that_some_task_could_is_not() {
    let agents = r#"[[agents]]
id = "ana"
name = "Ana"
roles = ["agent"]
capacity = { chat = 1 }
queues = ["q"]
attributes = { team = "north" }
"#;
    let base = format!("{BASE}{EXPRESSIONS}");
    let of = |condition: &str| {
        let queue =
            format!("[[queues]]\nid = \"q\"\nname = \"Q\"\nsteps = [{{ where = \"{condition}\" }}]\n");
        faults(&[("a.toml", &base), ("b.toml", agents), ("c.toml", &queue)])
    };
    for condition in [
        "agent.attributes.team == 'south'",
        "task.attributes.tier == 'gold' && agent.skills.billing >= 2",
        "agent.kind == 'virtual' && has(task.intent)",
    ] {
        let expected = "c.toml:4:20: queues[0].steps[0].where: no agent of the queue meets this for any task: it never matches anybody";
        assert_eq!(of(condition), [expected], "{condition}");
    }
    for condition in [
        "agent.attributes.team == 'north'",
        "task.attributes.tier == 'gold' || agent.skills.billing >= 2",
        "agent.attributes.team == task.attributes.tier",
    ] {
        let folder = folder(&[
            ("a.toml", &base),
            ("b.toml", agents),
            (
                "c.toml",
                &format!("[[queues]]\nid = \"q\"\nname = \"Q\"\nsteps = [{{ where = \"{condition}\" }}]\n"),
            ),
        ]);
        assert!(Organisation::load(folder.path()).is_ok(), "{condition}");
    }
}

#[test]
fn the_first_route_that_fits_what_is_known_is_taken() {
    let routes = r#"
queues = [{ id = "gold", name = "Gold" }, { id = "plain", name = "Plain" }, { id = "mail", name = "Mail" }]
[[routes]]
intent = "refund"
when = "task.attributes.tier == 'gold'"
queue = "gold"
[[routes]]
intent = "refund"
queue = "plain"
[[routes]]
when = "task.channel == 'email'"
queue = "mail"
"#;
    let folder = folder(&[("a.toml", &format!("{BASE}{EXPRESSIONS}{routes}"))]);
    let organisation = Organisation::load(folder.path()).unwrap();
    let lead = |channel, intent: Option<&str>, tier: Option<&str>| {
        let tier = tier.and_then(|tier| organisation.task_attribute("tier", tier));
        let facts = model::TaskFacts {
            intent: intent.map(|intent| model::Intent::new(intent).unwrap()),
            attributes: model::Attributes::new(tier).unwrap(),
            ..model::TaskFacts::default()
        };
        organisation.route_for(channel, &facts).map(|route| route.queue.as_str().to_owned())
    };
    use model::Channel::{Chat, Email};
    assert_eq!(lead(Chat, Some("refund"), Some("gold")).as_deref(), Some("gold"));
    assert_eq!(lead(Chat, Some("refund"), Some("silver")).as_deref(), Some("plain"));
    assert_eq!(lead(Chat, Some("refund"), None).as_deref(), Some("plain"));
    assert_eq!(lead(Email, None, None).as_deref(), Some("mail"));
    assert_eq!(lead(Chat, None, Some("gold")), None);
}
