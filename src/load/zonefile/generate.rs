//! `$GENERATE`: records by the number (BIND 9 Administrator Reference Manual, "The $GENERATE Directive").

use std::fmt::Write;

use crate::load::zonefile::data::{Trouble, shown};
use crate::load::zonefile::lexer::Field;

/// The numbers of a range, in the form `start-stop` or `start-stop/step`.
pub fn range(field: &Field) -> Result<impl Iterator<Item = i64> + use<>, Trouble> {
    let text = shown(field);
    let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number <= i32::MAX.unsigned_abs());
    let (ends, step) = text.split_once('/').unwrap_or((&text, "1"));
    let ends = ends.split_once('-').and_then(|(first, last)| Some((number(first)?, number(last)?)));
    match (ends, number(step)) {
        (Some((first, last)), Some(step)) if first <= last && step > 0 => {
            Ok((i64::from(first)..=i64::from(last)).step_by(step as usize))
        }
        _ => Err(Trouble::new(format!("`{text}` is no range of the form `start-stop` or `start-stop/step`"), field)),
    }
}

/// A template with the number in it: in place of each `$`, or as `${offset,width,base}` says; `$$` is a dollar, and what a
/// backslash escapes stays as it is. The error reads on after the template.
pub fn filled(template: &[u8], number: i64) -> Result<Vec<u8>, &'static str> {
    let mut filled = Vec::with_capacity(template.len() + 8);
    let mut rest = template;
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'\\', [next, tail @ ..]) => {
                filled.extend([b'\\', *next]);
                tail
            }
            (b'$', [b'$', tail @ ..]) => {
                filled.push(b'$');
                tail
            }
            (b'$', [b'{', tail @ ..]) => {
                let end = tail.iter().position(|&byte| byte == b'}').ok_or("has a `${` that no `}` closes")?;
                let form = str::from_utf8(&tail[..end]).ok().and_then(Form::parse);
                let form = form.ok_or("has a `${` that is not of the form `${offset,width,base}`")?;
                filled.extend(form.write(number)?.bytes());
                &tail[end + 1..]
            }
            (b'$', _) => {
                filled.extend(number.to_string().bytes());
                tail
            }
            _ => {
                filled.push(*first);
                tail
            }
        };
    }
    Ok(filled)
}

/// How a number is written.
struct Form {
    offset: i64,
    width: usize,
    base: u8,
}

/// No label of a name has more characters.
const WIDEST: usize = 255;

impl Form {
    /// Reads `offset`, `offset,width` or `offset,width,base`.
    fn parse(text: &str) -> Option<Form> {
        let mut parts = text.split(',');
        let offset = parts.next()?.parse::<i32>().ok()?.into();
        let width = parts.next().map_or(Some(0), |width| width.parse().ok()).filter(|width| *width <= WIDEST)?;
        let base = parts.next().map_or(Some(b'd'), |base| match base.as_bytes() {
            [base @ (b'd' | b'o' | b'x' | b'X' | b'n' | b'N')] => Some(*base),
            _ => None,
        })?;
        parts.next().is_none().then_some(Form { offset, width, base })
    }

    fn write(&self, number: i64) -> Result<String, &'static str> {
        let number = number + self.offset;
        let width = self.width;
        if number < 0 {
            return Err("has an offset that leads below 0");
        }
        Ok(match self.base {
            b'o' => format!("{number:0width$o}"),
            b'x' => format!("{number:0width$x}"),
            b'X' => format!("{number:0width$X}"),
            b'n' => self.nibbles(number),
            b'N' => self.nibbles(number).to_ascii_uppercase(),
            _ => format!("{number:0width$}"),
        })
    }

    /// Hexadecimal digits from the last to the first with dots between them, as in names below `ip6.arpa`; the dots
    /// count for the width.
    fn nibbles(&self, mut number: i64) -> String {
        let mut text = String::new();
        loop {
            write!(text, "{:x}", number & 0xF).expect("strings take all text");
            number >>= 4;
            if number == 0 && text.len() >= self.width {
                return text;
            }
            text.push('.');
            if number == 0 && text.len() >= self.width {
                return text;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(template: &str, number: i64) -> String {
        filled(template.as_bytes(), number).map_or_else(str::to_owned, |text| String::from_utf8(text).unwrap())
    }

    #[test]
    fn numbers_are_put_in_where_a_dollar_stands() {
        assert_eq!(fill("host-$.a$", 7), "host-7.a7");
        assert_eq!(fill(r"a$$b\$c", 7), r"a$b\$c");
        assert_eq!(fill("${10} ${-2,3} ${0,2,x} ${0,4,X} ${0,3,o}", 30), "40 028 1e 001E 036");
        assert_eq!(fill("${0,5,n}", 0x2b), "b.2.0");
        assert_eq!(fill("${0,0,n}.x", 0xA1), "1.a.x");
        assert_eq!(fill("${0,4,N}", 0xA), "A.0.");
        assert_eq!(fill("x", 1), "x");
    }

    #[test]
    fn what_is_no_form_is_refused() {
        for bad in ["${1", "${}", "${1,2,q}", "${1,2,d,e}", "${1,999}", "${-9}"] {
            assert!(fill(bad, 1).starts_with("has "), "{bad}");
        }
    }

    #[test]
    fn ranges_have_two_ends_and_at_times_a_step() {
        let numbers = |text: &str| {
            let field = Field { text: text.as_bytes(), is_quoted: false, range: 0..text.len() };
            range(&field).map(Iterator::collect::<Vec<_>>).ok()
        };
        assert_eq!(numbers("1-3"), Some(vec![1, 2, 3]));
        assert_eq!(numbers("0-5/2"), Some(vec![0, 2, 4]));
        for bad in ["3-1", "1-3/0", "1", "a-b", "-1-3", "1-4294967295", ""] {
            assert_eq!(numbers(bad), None, "{bad}");
        }
    }
}
