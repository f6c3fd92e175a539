//! What takes so long, for whoever waits at a terminal: one line after half a second, gone before the report.

use std::env;
use std::fmt;
use std::io::{self, IsTerminal, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::excerpt::visible;
use crate::workspace::{self, Tree};

/// The line on standard error; nothing at all where nobody watches. It goes when this is dropped.
pub struct Progress(Option<Line>);

struct Line {
    bar: ProgressBar,
    /// Files of trees that were read.
    files: Arc<AtomicUsize>,
    /// Dropped to end the wait of `patience`.
    end: Option<Sender<()>>,
    patience: Option<JoinHandle<()>>,
}

const PATIENCE: Duration = Duration::from_millis(500);
const TICK: Duration = Duration::from_millis(100);

impl Progress {
    /// Shows what goes on if it takes long to read these inputs, or says that one of them has to be typed.
    pub fn new(paths: &[String], quiet: bool) -> Progress {
        let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty() && value != "false");
        let is_dumb = env::var_os("TERM").is_none_or(|term| term == "dumb") && !cfg!(windows);
        if quiet || !io::stderr().is_terminal() {
            return Progress(None);
        }
        if paths.iter().any(|path| workspace::is_typed(path)) {
            let end = if cfg!(windows) { "Ctrl-Z and Enter" } else { "Ctrl-D" };
            let _ = writeln!(io::stderr(), "zonegate: reads a plan from this terminal, up to {end}");
            return Progress(None);
        }
        Progress((!is_dumb && !is_set("CI")).then(Line::new))
    }

    /// Says what is done now. The text may come from the user.
    pub fn say(&self, what: &str) {
        if let Some(line) = &self.0 {
            line.bar.set_message(visible(what, false).into_owned());
        }
    }

    /// Counts what is read of a tree.
    pub fn watch(&self, tree: &mut Tree) {
        if let Some(line) = &self.0 {
            tree.count_in(&line.files);
        }
    }
}

impl Line {
    fn new() -> Line {
        let files = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&files);
        let count = move |_: &ProgressState, text: &mut dyn fmt::Write| match counted.load(Ordering::Relaxed) {
            0 => {}
            files => drop(write!(text, ", {} files", HumanCount(files as u64))),
        };
        let style = ProgressStyle::with_template("{spinner} {msg}{files}").expect("the template is written by hand");
        let style = style.tick_chars("|/-\\ ").with_key("files", count);
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()).with_style(style);
        let (end, ended) = mpsc::channel::<()>();
        let shown = bar.clone();
        let patience = thread::spawn(move || {
            if ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(TICK);
            }
        });
        Line { bar, files, end: Some(end), patience: Some(patience) }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.end = None;
        if let Some(patience) = self.patience.take() {
            let _ = patience.join();
        }
        self.bar.finish_and_clear();
    }
}
