use std::collections::BTreeMap;

use cel::{Context, Program, Value};
use model::task::{Condition, Level, Priority, Requirements};
use model::{AttributeValue, Attributes, Channel, Intent, Language, Name, Number, Skill, TaskFacts};
use proptest::prelude::*;

use super::*;
use crate::input::{AgentKind, AgentProfile};
use crate::profiles::Shape;

fn shape(levels: [u8; 2], languages: &[&str], team: Option<&str>, load: Option<i32>) -> Shape {
    let named = ["french", "billing"].into_iter().zip(levels);
    let mut attributes = Attributes::default();
    let mut put = |name, value| attributes.insert(Name::new(name).unwrap(), value).unwrap();
    if let Some(team) = team {
        put("team", AttributeValue::Text(team.into()));
    }
    if let Some(load) = load {
        put("load", AttributeValue::Number(Number::from(load)));
    }
    AgentProfile {
        agent: model::AgentId::new("ana").unwrap(),
        kind: AgentKind::Person,
        skills: named
            .filter_map(|(skill, level)| Some((Skill::new(skill).unwrap(), Level::new(level).ok()?)))
            .collect(),
        languages: languages.iter().map(|name| Language::new(name).unwrap()).collect(),
        capacity: Default::default(),
        queues: Default::default(),
        attributes,
        ..blank()
    }
    .into()
}

fn blank() -> AgentProfile {
    serde_json::from_value(serde_json::json!({ "agent": "ana" })).unwrap()
}

fn facts(intent: Option<&str>, language: Option<&str>, tier: Option<&str>) -> TaskFacts {
    let tier = tier.map(|tier| (Name::new("tier").unwrap(), AttributeValue::Text(tier.into())));
    TaskFacts {
        intent: intent.map(|name| Intent::new(name).unwrap()),
        language: language.map(|name| Language::new(name).unwrap()),
        site: None,
        attributes: Attributes::new(tier).unwrap(),
    }
}

/// What the crate's own interpreter says of the whole expression; an error does not hold.
fn plainly(text: &str, task: &TaskFacts, agent: &Shape) -> bool {
    let text_of = |value: &str| Value::from(value.to_owned());
    let attributes = |attributes: &Attributes| -> BTreeMap<String, Value> {
        let value = |value: &AttributeValue| match value {
            AttributeValue::Text(text) => text_of(text),
            AttributeValue::Number(number) => Value::from(number.get()),
            AttributeValue::Truth(truth) => Value::from(*truth),
            AttributeValue::Texts(texts) => {
                Value::from(texts.iter().map(|text| text_of(text)).collect::<Vec<_>>())
            }
        };
        attributes.iter().map(|(name, found)| (name.as_str().to_owned(), value(found))).collect()
    };
    let map = |entries: BTreeMap<String, Value>| {
        Value::from(entries.into_iter().collect::<std::collections::HashMap<String, Value>>())
    };
    let mut of_task = BTreeMap::from([
        ("channel".to_owned(), text_of("chat")),
        ("priority".to_owned(), Value::from(2.0)),
        ("attributes".to_owned(), map(attributes(&task.attributes))),
    ]);
    of_task.extend(task.intent.as_ref().map(|intent| ("intent".to_owned(), text_of(intent.as_str()))));
    of_task.extend(task.language.as_ref().map(|name| ("language".to_owned(), text_of(name.as_str()))));
    let level = |skill: &str| {
        let level = agent.skills.get(&Skill::new(skill).unwrap()).map_or(0, |level| level.get());
        (skill.to_owned(), Value::from(f64::from(level)))
    };
    let languages: Vec<_> = agent.languages.iter().map(|name| text_of(name.as_str())).collect();
    let of_agent = BTreeMap::from([
        ("kind".to_owned(), text_of("person")),
        ("skills".to_owned(), map(["french", "billing"].map(level).into())),
        ("languages".to_owned(), Value::from(languages)),
        ("attributes".to_owned(), map(attributes(&agent.attributes))),
    ]);
    let mut context = Context::default();
    context.add_variable_from_value("task", map(of_task));
    context.add_variable_from_value("agent", map(of_agent));
    Program::compile(text).unwrap().execute(&context) == Ok(Value::Bool(true))
}

/// Needs by index and the rest, as the router decides.
fn compiled(text: &str, task: &TaskFacts, agent: &Shape) -> bool {
    let mut conditions = Conditions::default();
    let requirements = Requirements::NONE.with_conditions([Condition::new(text).unwrap()]);
    conditions.learn(&requirements.conditions);
    let view = TaskView { channel: Channel::Chat, priority: Priority(2), queue: None, facts: task };
    let (needs, rest) = conditions.asked(&requirements, &view);
    let skilled = |need: &model::task::SkillRequirement| {
        agent.skills.get(&need.skill).is_some_and(|level| *level >= need.level)
    };
    needs.skills.iter().all(skilled)
        && needs.language.iter().all(|language| agent.languages.contains(language))
        && rest.iter().all(|truth| truth.evaluate(agent) == Ok(true))
}

fn condition() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (0..2usize, 0..6usize, 0..6u8, any::<bool>()).prop_map(|(skill, by, level, turned)| {
            let skill = ["agent.skills.french", "agent.skills[\"billing\"]"][skill];
            let by = [">=", ">", "<", "<=", "==", "!="][by];
            if turned { format!("{level}.0 {by} {skill}") } else { format!("{skill} {by} {level}.0") }
        }),
        prop::sample::select(vec![
            "'fr' in agent.languages",
            "'de' in agent.languages",
            "task.language in agent.languages",
            "agent.attributes.team == 'north'",
            "agent.attributes.team != 'north'",
            "agent.attributes.team in ['north', 'south']",
            "agent.attributes.team == task.attributes.tier",
            "agent.attributes.load < 3.0",
            "task.attributes.tier == 'gold'",
            "task.attributes.tier.startsWith('g')",
            "task.intent == 'refund'",
            "task.intent != 'refund'",
            "task.channel == 'chat'",
            "task.priority > 1.0",
            "has(task.attributes.tier)",
            "has(agent.attributes.team)",
            "agent.kind == 'virtual'",
            "true",
            "false",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" && "))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|any| format!("({})", any.join(" || "))),
            inner.clone().prop_map(|one| format!("!({one})")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(one, two, three)| format!("(({one}) ? ({two}) : ({three}))")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn indexes_and_rest_decide_as_the_whole_expression_does(
        text in condition(),
        levels in [0..6u8, 0..6u8],
        languages in prop::sample::subsequence(vec!["de", "fr"], 0..=2),
        team in prop::option::of(prop::sample::select(vec!["north", "south", "gold"])),
        load in prop::option::of(0..5i32),
        intent in prop::option::of(prop::sample::select(vec!["refund", "order"])),
        language in prop::option::of(prop::sample::select(vec!["de", "fr", "en"])),
        tier in prop::option::of(prop::sample::select(vec!["gold", "silver"])),
    ) {
        prop_assume!(Expression::read(&text, Scope::TaskAndAgent).is_ok());
        let (task, agent) = (facts(intent, language, tier), shape(levels, &languages, team, load));
        prop_assert_eq!(compiled(&text, &task, &agent), plainly(&text, &task, &agent), "{}", text);
    }

    #[test]
    fn an_expression_as_shown_reads_as_the_same(text in condition()) {
        if let Ok(expression) = Expression::read(&text, Scope::TaskAndAgent)
            && let Ok(again) = Expression::read(&expression.to_string(), Scope::TaskAndAgent)
        {
            prop_assert_eq!(expression.to_string(), again.to_string());
        }
    }

    #[test]
    fn no_text_does_harm(text in "[a-z.\\[\\]()'\"&|!?:=<>, 0-9-]{0,120}") {
        let _ = Expression::read(&text, Scope::TaskAndAgent);
    }
}

fn flaw(text: &str) -> String {
    let vocabulary = Vocabulary {
        task_attributes: [(Name::new("tier").unwrap(), AttributeKind::Text)].into(),
        agent_attributes: [(Name::new("load").unwrap(), AttributeKind::Number)].into(),
        skills: [Name::new("french").unwrap()].into(),
        intents: [Name::new("refund").unwrap()].into(),
        languages: [Language::new("fr").unwrap()].into(),
        queues: [Name::new("sales").unwrap()].into(),
        ..Vocabulary::default()
    };
    Expression::check(text, Scope::TaskAndAgent, &vocabulary).unwrap_err().to_string()
}

#[test]
fn what_is_wrong_is_said_with_its_column_and_the_nearest_name() {
    assert_eq!(
        flaw("agent.skills.frensh >= 4"),
        "at column 1: there is no skill \"frensh\" (did you mean \"french\"?)"
    );
    assert_eq!(
        flaw("task.attributes.tier == 'gold' && agent.attributes.laod < 3"),
        "at column 35: there is no attribute of agents \"laod\" (did you mean \"load\"?)"
    );
    assert_eq!(
        flaw("task.channel in ['chat', 'emial']"),
        "at column 17: there is no channel \"emial\" (did you mean \"email\"?)"
    );
    assert_eq!(
        flaw("task.intent == 'refnud'"),
        "at column 16: there is no route of an intent \"refnud\" (did you mean \"refund\"?)"
    );
    assert_eq!(
        flaw("'fx' in agent.languages || task.language != 'fr'"),
        "at column 1: there is no site or agent with the language \"fx\" (did you mean \"fr\"?)"
    );
    assert_eq!(
        flaw("task.queue == 'saels'"),
        "at column 15: there is no queue \"saels\" (did you mean \"sales\"?)"
    );
    assert_eq!(flaw("agent.attributes.load == 'x'"), "at column 1: a number is compared with a text");
    assert!(flaw("agent.skills.french >= 6").contains("6 is no level"));
    assert!(flaw("task.age > 30").contains("know no time"));
    assert!(flaw("agent.id == 'ana'").contains("give those meant an attribute"));
    assert!(flaw("task.intent = 'x'").contains("write =="));
    assert!(flaw("true and false").contains("write &&"));
    assert!(flaw("agent.languages.exists(l, l == 'fr')").contains("\"in\""));
    assert!(flaw(&format!("{}true{}", "(".repeat(11), ")".repeat(11))).contains("nests deeper"));
    assert!(flaw(&format!("task{}", ".a".repeat(500))).contains("too long"));
    assert!(flaw(&"x".repeat(2_001)).contains("2000 bytes"));
}

#[test]
fn an_expression_about_tasks_alone_knows_no_agent_and_no_queue() {
    for text in ["agent.kind == 'person'", "task.queue == 'sales'", "task.priority > 1"] {
        assert!(Expression::read(text, Scope::Task).is_err(), "{text}");
    }
    let gold = Expression::read("task.attributes.tier == 'gold'", Scope::Task).unwrap();
    let holds = |tier| {
        let facts = facts(None, None, tier);
        gold.holds_for(&TaskView {
            channel: Channel::Chat,
            priority: Priority(0),
            queue: None,
            facts: &facts,
        })
    };
    assert_eq!([holds(Some("gold")), holds(Some("silver")), holds(None)], [true, false, false]);
}

/// A stack that overflows cannot be caught: it would end the process.
#[test]
fn the_worst_that_the_bounds_let_through_overflows_no_stack() {
    let chain = "a.b.c.d.e.f.g.h.i.j.k.l";
    let texts = [
        format!("{}{chain}{}", format!("{chain}.f(").repeat(10), ")".repeat(10)),
        format!("{}{chain}{}", "a.b.f(".repeat(5), ")".repeat(5)),
        format!("{}{chain}{}", "a.b[".repeat(5), "]".repeat(5)),
        format!("{}a.b.c.d.e.f{}", "a.b.f(".repeat(6), ")".repeat(6)),
        format!("{}{chain}{}", "[".repeat(6), "]".repeat(6)),
        format!("{}{chain}{}", "(".repeat(6), ")".repeat(6)),
        format!("{}{chain}{}", "[".repeat(10), "]".repeat(10)),
        format!("{}{chain}{}", "(".repeat(10), ")".repeat(10)),
        format!("{}{chain}", "!".repeat(200)),
        format!("{}{chain}", "-".repeat(200)),
        format!("{}a{}", "!(".repeat(10), ")".repeat(10)),
        format!("a.f(b,c){}", ".f(b,c)".repeat(5)),
        vec!["a.b == 'x'"; 300].join(" && "),
        vec!["a.b == 'x'"; 300].join(" || "),
        format!("{}c", "a ? b : ".repeat(8)),
        "{".repeat(10),
    ];
    for text in texts {
        let read = move || Expression::read(&text, Scope::Task).is_ok();
        let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(read).unwrap();
        assert!(!thread.join().unwrap(), "none of them means anything");
    }
}
