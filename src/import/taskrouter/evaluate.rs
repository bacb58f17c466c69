//! What an expression says of one worker: how a queue's members are found.

use serde_json::Value;

use super::expression::{Comparison, Expression, Operand, Operator};

/// Whether it holds for these attributes. Names may begin with `worker.`; what is not there is null, and
/// nothing but `!=` and the negations hold for null.
pub(super) fn holds(expression: &Expression, worker: &Value) -> bool {
    match expression {
        Expression::All(parts) => parts.iter().all(|part| holds(part, worker)),
        Expression::Any(parts) => parts.iter().any(|part| holds(part, worker)),
        Expression::Not(inner) => !holds(inner, worker),
        Expression::Compare(comparison) => compares(comparison, worker),
    }
}

fn compares(comparison: &Comparison, worker: &Value) -> bool {
    let left = value(&comparison.left, worker);
    let right = value(&comparison.right, worker);
    match comparison.operator {
        Operator::Equal => same(&left, &right),
        Operator::NotEqual => !same(&left, &right),
        Operator::Less => ordered(&left, &right, |order| order.is_lt()),
        Operator::LessOrEqual => ordered(&left, &right, |order| order.is_le()),
        Operator::Greater => ordered(&left, &right, |order| order.is_gt()),
        Operator::GreaterOrEqual => ordered(&left, &right, |order| order.is_ge()),
        Operator::In => has(&right, &left),
        Operator::NotIn => !has(&right, &left),
        Operator::Has => has(&left, &right),
        Operator::NotHas => !has(&left, &right),
        Operator::Contains => contains(&left, &right),
        Operator::NotContains => !contains(&left, &right),
    }
}

fn value(operand: &Operand, worker: &Value) -> Value {
    match operand {
        Operand::Text(text) => Value::String(text.clone()),
        Operand::Number(number) => serde_json::json!(number),
        Operand::Truth(truth) => Value::Bool(*truth),
        Operand::Null => Value::Null,
        Operand::List(values) => values.iter().map(|one| value(one, worker)).collect(),
        Operand::Path(path) => {
            let path = path.strip_prefix(&["worker".to_owned()][..]).unwrap_or(path);
            at(worker, path).cloned().unwrap_or_default()
        }
    }
}

/// What a path leads to.
pub(super) fn at<'a>(attributes: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(attributes, |inside, name| match inside {
        Value::Array(values) => values.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    })
}

fn same(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}

fn ordered(left: &Value, right: &Value, wanted: impl Fn(std::cmp::Ordering) -> bool) -> bool {
    let order = match (left, right) {
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => left.as_f64().zip(right.as_f64()).and_then(|(left, right)| left.partial_cmp(&right)),
    };
    order.is_some_and(wanted)
}

fn has(list: &Value, wanted: &Value) -> bool {
    list.as_array().is_some_and(|values| values.iter().any(|value| same(value, wanted)))
}

fn contains(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
        _ => has(left, right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_expression_holds_for_those_whose_attributes_say_so() {
        let worker = json!({
            "routing": { "skills": ["sales", "returns"], "levels": { "sales": 4 } },
            "team": "north", "languages": ["en"], "senior": true, "rooms": [{ "floor": 2 }],
        });
        for (text, expected) in [
            ("1==1", true),
            ("routing.skills HAS 'sales'", true),
            ("worker.routing.skills HAS 'french'", false),
            ("routing.skills NOT HAS 'french'", true),
            ("'returns' IN routing.skills AND routing.levels.sales > 3", true),
            ("routing.levels.sales > 4 OR team == 'north'", true),
            ("routing.levels.returns >= 1", false),
            ("NOT (team == 'north')", false),
            ("team IN ['north', 'south']", true),
            ("team != 'south' AND nothing != 'x'", true),
            ("nothing == null", true),
            ("nothing < 3", false),
            ("team CONTAINS 'or' AND senior == true", true),
            ("rooms[0].floor <= 2.0", true),
        ] {
            let expression = Expression::parse(text).unwrap();
            assert_eq!(holds(&expression, &worker), expected, "{text}");
        }
    }
}
