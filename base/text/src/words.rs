//! Chinese words: which ones a text and a question are made of.

use tantivy::tokenizer::{TokenStream, Tokenizer};
use tantivy_jieba::JiebaTokenizer;

/// Words that say how somebody asks, not what for. They help to rank and are never required.
const ASKING: &[&str] = &[
    "我", "我要", "想", "想要", "要", "请问", "怎么", "怎样", "如何", "怎么办", "哪里", "在哪",
    "在哪里", "哪儿", "什么", "需要", "办", "办理", "申请", "申办", "去", "到", "的", "了", "吗",
    "呢", "啊", "吧", "和", "与", "及", "或", "是", "可以", "能", "能不能", "一个", "一下", "需",
    "流程", "材料", "手续", "给", "帮", "帮我", "您", "你", "我们", "多久", "多少", "把", "在",
];

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
    ASKING.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_into_words() {
        let words = plain_words("食品经营许可");
        assert_eq!(words.concat(), "食品经营许可");
        assert!(words.contains(&"食品".to_owned()), "{words:?}");
        assert!(is_asking("怎么") && !is_asking("饭店"));
    }
}
