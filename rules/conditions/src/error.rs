//! What is wrong with a condition or with an answer.

/// Why a condition cannot be used. `at` is the place inside it, such as `all[1].not`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// Not an object, or not one of the shapes of the condition language.
    #[error("条件{at}写法不对：{what} / condition {at} is malformed: {what}")]
    Shape { at: String, what: String },
    /// An operator the language does not have.
    #[error("条件{at}没有运算“{op}” / condition {at} has no operator {op}")]
    UnknownOp { at: String, op: String },
    /// A question the item does not ask.
    #[error("条件引用了不存在的问题“{question}” / there is no question {question}")]
    UnknownQuestion { question: String },
    /// A value that is not among the question's options, so that the test could never hold.
    #[error("问题“{question}”没有选项“{value}” / question {question} has no option {value}")]
    UnknownValue { question: String, value: String },
}

/// Why an answer is refused, keyed by its question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The item does not ask this.
    #[error("没有问题“{question}” / there is no question {question}")]
    UnknownQuestion { question: String },
    /// Every question needs an answer.
    #[error("请回答“{text}” / please answer “{text}”")]
    Unanswered { question: String, text: String },
    /// Not among the options.
    #[error("请从“{text}”的选项中选择 / please choose one of the options of “{text}”")]
    NotAnOption { question: String, text: String },
    /// Several values for a question that takes one.
    #[error("“{text}”只能选一项 / “{text}” takes one option only")]
    OneOnly { question: String, text: String },
}
