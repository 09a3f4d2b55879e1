//! Plays `tests/cases/**/*.json`: whole conversations of identity providers with the server.
//!
//! Each is played on an empty directory on SQLite and on Postgres, and since the clock stands still
//! and ids are counted, both must give the same answers to the byte. `tests/cases/README.md`
//! describes the format.

use crate::call::Answer;
use crate::database::{Database, Kind};
use crate::pattern;
use crate::server::{Api, encode};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Conversation {
    client: String,
    title: String,
    /// The profile of the client's connection.
    #[serde(default)]
    profile: Option<String>,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    write_headers: Map<String, Value>,
    #[serde(default)]
    vars: Map<String, Value>,
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    #[serde(rename = "step")]
    name: String,
    send: Option<String>,
    #[serde(default)]
    headers: Map<String, Value>,
    body: Option<Value>,
    text: Option<String>,
    times: Option<u64>,
    status: Option<u16>,
    answer: Option<Value>,
    #[serde(default)]
    answer_headers: Map<String, Value>,
    #[serde(default)]
    save: Map<String, Value>,
    #[serde(default)]
    collect: Map<String, Value>,
    #[serde(default)]
    together: Vec<Step>,
    #[serde(default)]
    tally: Map<String, Value>,
}

/// Saved values by name.
type Vars = Map<String, Value>;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

fn all() -> Vec<(String, Arc<Conversation>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let text = std::fs::read_to_string(&path).unwrap();
        let conversation: Conversation = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, Arc::new(conversation))
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn every_step_of_a_conversation_expects_something() {
    let conversations = all();
    assert!(conversations.len() >= 25, "only {} conversations", conversations.len());
    for (name, conversation) in &conversations {
        assert!(!conversation.client.is_empty() && conversation.title.len() > 10, "{name}: say who and what");
        for step in &conversation.steps {
            let sends = step.send.as_ref().is_some_and(|send| send.split_once(' ').is_some() && step.status.is_some());
            let races = !step.together.is_empty() && !step.tally.is_empty();
            assert!(sends != races, "{name}: {}: either `send` and `status`, or `together` and `tally`", step.name);
        }
    }
}

#[test]
fn every_conversation_goes_as_written() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut failures = Vec::new();
    for (name, conversation) in all() {
        let mut played = Vec::new();
        for kind in [Kind::Sqlite, Kind::Postgres] {
            let Some(database) = runtime.block_on(Database::create(kind)) else { continue };
            let story = Arc::clone(&conversation);
            let api = runtime.block_on(Api::open(&database));
            let store = api.store.clone();
            let outcome = runtime.block_on(runtime.spawn(async move {
                if let Some(profile) = &story.profile {
                    api.set_profile(profile).await;
                }
                play(&api, &story).await
            }));
            runtime.block_on(async {
                store.close().await;
                database.drop_it().await;
            });
            match outcome {
                Ok(Ok(transcript)) => played.push(transcript),
                Ok(Err(failure)) => failures.push(format!("{name} on {kind}: {failure}")),
                Err(panic) => failures.push(format!("{name} on {kind}: {}", message(panic.into_panic().as_ref()))),
            }
        }
        let races = conversation.steps.iter().any(|step| !step.together.is_empty());
        if let [sqlite, postgres] = &played[..]
            && !races
            && let Some((one, other)) = sqlite.iter().zip(postgres).find(|(one, other)| one != other)
        {
            failures.push(format!("{name}: SQLite and Postgres differ:\n  {one}\n  {other}"));
        }
    }
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

/// Plays one conversation; the text of every answer, or what went wrong where.
async fn play(api: &Api, conversation: &Conversation) -> Result<Vec<String>, String> {
    let mut vars = Vars::new();
    vars.insert("base".to_owned(), crate::server::BASE.into());
    for (name, value) in &conversation.vars {
        let value = fill(value, &vars);
        vars.insert(name.clone(), value);
    }
    let mut transcript = Vec::new();
    for step in &conversation.steps {
        let told = |failure: String| format!("{}: {failure}", step.name);
        if !step.together.is_empty() {
            race(api, conversation, step, &vars).await.map_err(told)?;
            continue;
        }
        for turn in 1..=step.times.unwrap_or(1) {
            vars.insert("i".to_owned(), turn.into());
            let answer = send(api, conversation, step, &vars).await;
            judge(step, &answer, &vars).map_err(told)?;
            keep(step, &answer, &mut vars).map_err(told)?;
            transcript.push(format!("{}: {} {}", answer.asked, answer.status, answer.text));
        }
    }
    Ok(transcript)
}

/// Sends the steps at the same moment and counts their answers.
async fn race(api: &Api, conversation: &Conversation, step: &Step, vars: &Vars) -> Result<(), String> {
    let mut racers = Vec::new();
    for racer in &step.together {
        for turn in 1..=racer.times.unwrap_or(1) {
            let mut vars = vars.clone();
            vars.insert("i".to_owned(), turn.into());
            racers.push(async move { (racer, send(api, conversation, racer, &vars).await, vars) });
        }
    }
    let mut counts = Map::new();
    for (racer, answer, vars) in join_all(racers).await {
        let count = counts.entry(answer.status.to_string()).or_insert(Value::from(0));
        *count = Value::from(count.as_u64().unwrap_or(0) + 1);
        if racer.status.is_some() {
            judge(racer, &answer, &vars)?;
        }
    }
    if counts == step.tally { Ok(()) } else { Err(format!("wanted {:?}, counted {counts:?}", step.tally)) }
}

/// Drives all futures at once and gives their outputs in order.
pub async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut waiting = false;
        for (future, output) in running.iter_mut().filter(|(_, output)| output.is_none()) {
            match future.as_mut().poll(context) {
                std::task::Poll::Ready(done) => *output = Some(done),
                std::task::Poll::Pending => waiting = true,
            }
        }
        if waiting { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    running.into_iter().filter_map(|(_, output)| output).collect()
}

async fn send(api: &Api, conversation: &Conversation, step: &Step, vars: &Vars) -> Answer {
    let line = step.send.as_deref().expect("a step sends something");
    let (method, path) = line.split_once(' ').expect("METHOD /path");
    let mut call = api.call(method, &fill_text(path, vars));
    let writes = step.body.is_some() || step.text.is_some();
    let tables = [Some(&conversation.headers), writes.then_some(&conversation.write_headers), Some(&step.headers)];
    for (name, value) in tables.into_iter().flatten().flatten() {
        let value = value.as_str().map(|text| fill_text(text, vars));
        call = call.header(name, value.as_deref());
    }
    if let Some(body) = &step.body {
        call = call.json(&fill(body, vars));
    } else if let Some(text) = &step.text {
        call = call.body(fill_text(text, vars));
    }
    call.send().await
}

fn judge(step: &Step, answer: &Answer, vars: &Vars) -> Result<(), String> {
    let judged = || -> Result<(), String> {
        if step.status.is_some_and(|status| status != answer.status) {
            return Err(format!("wanted {}, got {}", step.status.unwrap_or(0), answer.status));
        }
        if let Some(wanted) = &step.answer {
            pattern::check(&fill(wanted, vars), Some(&answer.json), "")?;
        }
        for (name, wanted) in &step.answer_headers {
            let found = answer.header(name).map(Value::from);
            pattern::check(&fill(wanted, vars), found.as_ref(), name)?;
        }
        Ok(())
    };
    judged().map_err(|failure| format!("{failure}\n  {}: {} {}", answer.asked, answer.status, answer.text))
}

fn keep(step: &Step, answer: &Answer, vars: &mut Vars) -> Result<(), String> {
    let look = |pointer: &Value| {
        let pointer = pointer.as_str().expect("a JSON pointer");
        let found = match pointer.strip_prefix("header ") {
            Some(name) => answer.header(name).map(Value::from),
            None => answer.json.pointer(pointer).cloned(),
        };
        found.ok_or_else(|| format!("nothing to save at {pointer}: {}", answer.text))
    };
    for (name, pointer) in &step.save {
        vars.insert(name.clone(), look(pointer)?);
    }
    for (name, pointer) in &step.collect {
        let value = look(pointer)?;
        let list = vars.entry(name.clone()).or_insert_with(|| Value::Array(Vec::new()));
        list.as_array_mut().expect("collected values are a list").push(value);
    }
    Ok(())
}

/// Puts saved values in place of `{{name}}`, and builds what `$echo` and `$for` describe.
fn fill(template: &Value, vars: &Vars) -> Value {
    match template {
        Value::String(text) => {
            let whole = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
            match whole.and_then(|name| vars.get(name)) {
                Some(value) => value.clone(),
                None => Value::from(fill_text(text, vars)),
            }
        }
        Value::Array(list) => list.iter().map(|value| fill(value, vars)).collect(),
        Value::Object(object) => {
            if let Some(name) = object.get("$echo") {
                return echo(vars.get(name.as_str().unwrap_or("")).expect("$echo of a saved value"), object, vars);
            }
            if let Some(name) = object.get("$for") {
                let list = vars.get(name.as_str().unwrap_or("")).and_then(Value::as_array).expect("$for of a list");
                let item = object.get("$item").expect("$for has an $item");
                let one = |value: &Value| {
                    let mut vars = vars.clone();
                    vars.insert("item".to_owned(), value.clone());
                    fill(item, &vars)
                };
                return list.iter().map(one).collect();
            }
            object.iter().map(|(key, value)| (fill_text(key, vars), fill(value, vars))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => template.clone(),
    }
}

/// What a server answered, sent back with changes: `$set` some keys, `$drop` others.
fn echo(saved: &Value, object: &Map<String, Value>, vars: &Vars) -> Value {
    let mut copy = saved.as_object().expect("$echo of an object").clone();
    for (key, value) in object.get("$set").and_then(Value::as_object).into_iter().flatten() {
        copy.insert(fill_text(key, vars), fill(value, vars));
    }
    for key in object.get("$drop").and_then(Value::as_array).into_iter().flatten() {
        copy.remove(&fill_text(key.as_str().unwrap_or(""), vars));
    }
    Value::Object(copy)
}

/// The same in a text; `{{name|url}}` is percent-encoded.
fn fill_text(text: &str, vars: &Vars) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").expect("a closed placeholder");
        let (name, encoded) = name.strip_suffix("|url").map_or((name, false), |name| (name, true));
        let value = match vars.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => panic!("nothing is saved as {name}"),
        };
        let value = if encoded { encode(&value) } else { value };
        let _ = write!(filled, "{before}{value}");
        rest = after;
    }
    filled + rest
}

#[test]
fn placeholders_echoes_and_lists_are_filled_in() {
    let vars = serde_json::json!({ "id": 7, "name": "a b", "ids": ["x", "y"], "user": { "id": "1", "groups": [] } });
    let vars = vars.as_object().unwrap();
    let table = [
        (r#""{{id}}""#, "7"),
        (r#""/Users/{{id}}?x={{name|url}}""#, r#""/Users/7?x=a%20b""#),
        (r#"{"$for": "ids", "$item": {"value": "{{item}}"}}"#, r#"[{"value": "x"}, {"value": "y"}]"#),
        (r#"{"$echo": "user", "$set": {"n": "{{name}}"}, "$drop": ["groups"]}"#, r#"{"id": "1", "n": "a b"}"#),
    ];
    for (template, filled) in table {
        let template: Value = serde_json::from_str(template).unwrap();
        assert_eq!(fill(&template, vars), serde_json::from_str::<Value>(filled).unwrap());
    }
}
