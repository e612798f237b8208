//! Chinese words: which ones a text and a question are made of.

use tantivy::tokenizer::{TokenStream, Tokenizer};
use tantivy_jieba::JiebaTokenizer;

/// Words that say how somebody asks, not what for. They help to rank and are never required.
const ASKING: &[&str] = &[
    "我",
    "我要",
    "想",
    "想要",
    "要",
    "请问",
    "怎么",
    "怎样",
    "如何",
    "怎么办",
    "哪里",
    "在哪",
    "在哪里",
    "哪儿",
    "什么",
    "需要",
    "办",
    "办理",
    "申请",
    "申办",
    "去",
    "到",
    "的",
    "了",
    "吗",
    "呢",
    "啊",
    "吧",
    "和",
    "与",
    "及",
    "或",
    "是",
    "可以",
    "能",
    "能不能",
    "一个",
    "一下",
    "需",
    "流程",
    "材料",
    "手续",
    "给",
    "帮",
    "帮我",
    "您",
    "你",
    "我们",
    "多久",
    "多少",
    "把",
    "在",
];

/// Phrases around what is asked for. Taken out before a question is cut into words, because they
/// would stick to their neighbours: 「我想开饭店」 is not about 「想开」.
const AROUND: &[&str] = &[
    "我想要",
    "我想",
    "我要",
    "想要",
    "请问",
    "怎么办理",
    "怎么办",
    "怎么",
    "怎样",
    "如何",
    "需要什么",
    "需要哪些",
    "要什么",
    "什么手续",
    "什么材料",
    "哪些材料",
    "哪些手续",
    "在哪里",
    "在哪儿",
    "在哪",
    "能不能",
    "可不可以",
    "多少钱",
    "多久",
];

/// A folded question cut at the phrases around it; the phrases are left in their place.
pub(crate) fn without_phrases(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        match AROUND.iter().find(|phrase| rest.starts_with(**phrase)) {
            Some(phrase) => {
                pieces.push(&text[from..at]);
                pieces.push(&rest[..phrase.len()]);
                at += phrase.len();
                from = at;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    pieces.push(&text[from..]);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// The words of a folded text in its order, with the shorter words inside long ones before these.
pub(crate) fn search_words(text: &str) -> Vec<String> {
    cut(text, true)
}

/// The words of a folded text, one after the other.
pub(crate) fn plain_words(text: &str) -> Vec<String> {
    cut(text, false)
}

fn cut(text: &str, inner: bool) -> Vec<String> {
    let mut tokenizer = JiebaTokenizer::with_search_mode(inner);
    let mut stream = tokenizer.token_stream(text);
    let mut words = Vec::new();
    while let Some(token) = stream.next() {
        words.push(token.text.clone());
    }
    words
}

/// True for words that say how somebody asks.
pub(crate) fn is_asking(word: &str) -> bool {
    ASKING.contains(&word) || AROUND.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_do_not_stick_to_their_neighbours() {
        assert_eq!(
            without_phrases("我想开饭店怎么办理"),
            ["我想", "开饭店", "怎么办理"]
        );
        assert_eq!(without_phrases("食品"), ["食品"]);
        assert!(without_phrases("").is_empty());
    }

    #[test]
    fn texts_are_cut_into_words() {
        let words = plain_words("食品经营许可");
        assert_eq!(words.concat(), "食品经营许可");
        assert!(words.contains(&"食品".to_owned()), "{words:?}");
        assert!(is_asking("怎么") && !is_asking("饭店"));
    }
}
