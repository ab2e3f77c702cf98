//! How a report looks here: colours, frames and width, from the command line, the environment and the terminal.

use crate::cli::Color;
use crate::report::Style;

/// The environment: a variable's value.
type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The style of a report on standard output, which may be a terminal.
pub(super) fn style(color: Color, terminal: bool, environment: Environment<'_>) -> Style {
    let colour = colour(color, terminal, environment);
    Style {
        colour,
        links: colour && terminal,
        unicode: !terminal || unicode(environment),
        width: width(terminal, environment),
        ..Style::default()
    }
}

/// `NO_COLOR` (no-color.org) wins over `CLICOLOR_FORCE` and `CLICOLOR` (bixense.com/clicolors); what is typed wins over all.
fn colour(color: Color, terminal: bool, environment: Environment<'_>) -> bool {
    let value = |name: &str| environment(name).filter(|value| !value.is_empty());
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if value("NO_COLOR").is_some() => false,
        Color::Auto if value("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        Color::Auto if value("CLICOLOR").is_some_and(|value| value == "0") => false,
        Color::Auto => terminal && value("TERM").is_none_or(|value| value != "dumb"),
    }
}

/// False only where the locale names another encoding: an unset one says nothing of the terminal.
fn unicode(environment: Environment<'_>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(environment).find(|value| !value.is_empty());
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

fn width(terminal: bool, environment: Environment<'_>) -> usize {
    let told = environment("COLUMNS").and_then(|columns| columns.parse().ok());
    let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    told.or_else(|| terminal.then(measured).flatten()).unwrap_or(Style::default().width).clamp(40, 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coloured(color: Color, terminal: bool, variables: &[(&str, &str)]) -> bool {
        let value = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        colour(color, terminal, &value)
    }

    #[test]
    fn colours_follow_what_was_typed_then_the_environment_then_the_terminal() {
        assert!(coloured(Color::Auto, true, &[]));
        assert!(!coloured(Color::Auto, false, &[]));
        assert!(!coloured(Color::Auto, true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
        assert!(coloured(Color::Auto, true, &[("NO_COLOR", "")]), "empty means unset");
        assert!(coloured(Color::Auto, false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!coloured(Color::Auto, false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!coloured(Color::Auto, true, &[("CLICOLOR", "0")]));
        assert!(!coloured(Color::Auto, true, &[("TERM", "dumb")]));
        assert!(coloured(Color::Always, false, &[("NO_COLOR", "1")]));
        assert!(!coloured(Color::Never, true, &[("CLICOLOR_FORCE", "1")]));
    }

    #[test]
    fn frames_are_ascii_where_the_locale_says_so() {
        let with = |lang: &'static str| unicode(&move |name| (name == "LANG").then(|| lang.to_owned()));
        assert!(with("en_US.UTF-8") && with("C.utf8") && with(""));
        assert!(!with("C") && !with("de_DE.ISO-8859-1"));
    }

    #[test]
    fn the_width_is_sensible_whatever_columns_says() {
        let with = |columns: &'static str| width(false, &move |name| (name == "COLUMNS").then(|| columns.to_owned()));
        assert_eq!((with("120"), with("3"), with("99999"), with("wide")), (120, 40, 200, 100));
    }
}
