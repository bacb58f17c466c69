//! The table of contents: settings, telemetry, crypto provider, server, wait, drain.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Parser;
use tandem::cli::{Cli, Command};
use tandem::configuration::organisation::Password;
use tandem::configuration::{Fault, Organisation, Settings, check, settings};
use tandem::engine::reorganise::Trial;
use tandem::replay::Reading;
use tandem::server::Server;
use tandem::{remote, storage, telemetry, versions};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let config = &cli.config;
    let outcome = match &cli.command {
        None | Some(Command::Serve) => serve(config).map(|()| ExitCode::SUCCESS),
        Some(Command::Check { folder }) => Ok(validate(folder)),
        Some(Command::Apply { folder, server: Some(server), dry_run }) => {
            apply_to_server(server, folder, trial(*dry_run)).map(|()| ExitCode::SUCCESS)
        }
        Some(Command::Apply { folder, server: None, dry_run }) => {
            apply(config, folder, trial(*dry_run)).map(|()| ExitCode::SUCCESS)
        }
        Some(Command::Import(source)) => source.run(),
        Some(Command::Explain(options)) => options.run(|| data_folder(config)).map(|()| ExitCode::SUCCESS),
        Some(Command::Export { folder }) => export(config, folder).map(|()| ExitCode::SUCCESS),
        Some(Command::Replay(options)) => data_folder(config).and_then(|folder| options.run(&folder)),
        Some(Command::Migrate { to, streams }) => {
            migrate(config, to.as_deref(), *streams).map(|()| ExitCode::SUCCESS)
        }
        Some(Command::Backup { target }) => backup(config, target).map(|()| ExitCode::SUCCESS),
        Some(Command::Audit(options)) => {
            load(config).and_then(|settings| options.run(&settings.store.folder))
        }
        Some(Command::Simulate(simulate)) => tandem::simulate::run(config, simulate),
        Some(Command::Load(load)) => tandem::load::run(load),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("tandem: {error:#}");
        ExitCode::FAILURE
    })
}

fn load(config: &Path) -> anyhow::Result<Settings> {
    Settings::load(config, &settings::environment()).map_err(|faults| anyhow::anyhow!(listed(&faults)))
}

/// For what reads an embedded store's recording.
fn data_folder(config: &Path) -> anyhow::Result<PathBuf> {
    let settings = load(config)?;
    let instead = "name a data folder, or ask a running server with --server";
    Ok(storage::folder(&settings.store, instead)?.clone())
}

fn listed(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn serve(config: &Path) -> anyhow::Result<()> {
    let settings = load(config)?;
    telemetry::start(&settings.telemetry)?;
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        bail!("a crypto provider was installed already");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = Server::start(settings, Path::new(".")).await?;
        greet(&server);
        let failed = server.engine.failed.clone();
        tokio::select! {
            signal = stop_signal() => signal?,
            () = failed.cancelled() => {}
        }
        tracing::info!("draining");
        server.drain().await;
        // Whoever watches the process starts it anew, and the log brings everything back.
        if failed.is_cancelled() { bail!("a part that nothing works without has ended") } else { Ok(()) }
    })
}

/// Where to click, and with which login.
fn greet(server: &Server) {
    let url = format!("http://{}", server.address);
    println!("Tandem serves {url}");
    println!("  shop page with the chat widget   {url}/demo.html");
    println!("  console for agents, supervisors  {url}/");
    let organisation = server.engine.foundation.organisation();
    for person in &organisation.agents {
        if let Some(Password::Demo(password)) = &person.password {
            let roles: Vec<_> = person.roles.iter().map(|role| format!("{role:?}").to_lowercase()).collect();
            println!("  demo login  {:<8} {password:<14} {}", person.id, roles.join(", "));
        }
    }
}

async fn stop_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}

fn validate(folder: &Path) -> ExitCode {
    let mut report = check(folder, &settings::environment());
    report.faults.extend(tandem::simulate::faults(folder));
    print!("{report}");
    if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn trial(dry_run: bool) -> Trial {
    if dry_run { Trial::ShowOnly } else { Trial::Apply }
}

fn apply(config: &Path, folder: &Path, trial: Trial) -> anyhow::Result<()> {
    let settings = load(config)?;
    let organisation = Organisation::load(folder).map_err(|faults| anyhow::anyhow!(listed(&faults)))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = storage::open(&settings.store, Path::new("."))
            .context("a running server is told with --server")?;
        let before = versions::newest(&store).await?.unwrap_or_default();
        let changes = tandem::configuration::organisation::diff(&before, &organisation);
        for change in &changes {
            println!("{change}");
        }
        if changes.is_empty() {
            println!("nothing changes");
            return Ok(());
        }
        if trial == Trial::ShowOnly {
            return Ok(());
        }
        let last = versions::count(&store).await?;
        versions::record(&store, &organisation, last, "tandem apply").await.context("nothing was applied")?;
        let changes = changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let act = tandem::audit::Act {
            actor: "tandem apply".to_owned(),
            act: "organisation_changed".to_owned(),
            subject: String::new(),
            detail: [("changes", changes)].into(),
        };
        tandem::audit::Audit::new(store).record(act).await.context("it was applied, and not recorded")
    })
}

fn apply_to_server(server: &str, folder: &Path, trial: Trial) -> anyhow::Result<()> {
    let organisation = Organisation::load(folder).map_err(|faults| anyhow::anyhow!(listed(&faults)))?;
    let key = std::env::var("TANDEM_KEY").context("TANDEM_KEY has to hold an API key")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        for line in remote::apply(server, &key, &organisation, trial).await? {
            println!("{line}");
        }
        Ok(())
    })
}

fn export(config: &Path, folder: &Path) -> anyhow::Result<()> {
    let settings = load(config)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let reading = Reading::of(&settings.store)?;
        let store = &reading.store;
        let organisation = versions::newest(store).await?;
        organisation.context("there is no organisation yet")?.export(folder)?;
        println!("written to {}", folder.display());
        Ok(())
    })
}

fn migrate(config: &Path, to: Option<&str>, streams: bool) -> anyhow::Result<()> {
    let settings = load(config)?.store;
    let target = match to {
        Some(url) => storage::postgres_at(&settings, Path::new("."), url),
        None => storage::postgres(&settings, Path::new("."))?,
    };
    let moved = store::transfer(&settings.folder, &target)?;
    if streams {
        for stream in &moved.streams {
            println!("{}  {:>8}  {}", stream.checksum, stream.events, stream.name);
        }
    }
    println!("{moved}");
    Ok(())
}

fn backup(config: &Path, target: &Path) -> anyhow::Result<()> {
    let settings = load(config)?;
    store::backup_folder(storage::folder(&settings.store, "pg_dump copies it")?, target)?;
    println!("copied to {}", target.display());
    Ok(())
}
