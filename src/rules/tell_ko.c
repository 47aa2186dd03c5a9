/*
 * tell_ko: the Korean voice, in the polite style of written notices (합니다). Every sentence of `rules tell`
 * in Korean is here.
 */
#include <stddef.h>

#include "rules/tell_voice.h"

static const struct tell_name SETTINGS[] = {
    { "business_name", "업체 이름은 {}입니다." },
    { "time_zone", "시간은 {} 시간대를 기준으로 합니다." },
    { "default_language", "사용하는 언어를 알 수 없는 고객에게는 {}{으로/로} 답합니다." },
    { "reply_expires", "{} 안에 보내지 못한 답장은 더 이상 보내지 않습니다." },
    { "window_margin", "WhatsApp에서 자유롭게 답할 수 있는 24시간은 {} 일찍 끝나는 것으로 봅니다." },
    { "idle_close", "{} 동안 아무도 글을 쓰지 않으면 대화가 끝난 것으로 봅니다." },
    { "calls_per_hour", "Braze에는 한 시간에 최대 {}번까지 요청합니다." },
    { "calls_in_flight", "Braze에는 동시에 최대 {}건까지 요청합니다." },
    { NULL, NULL },
};

static const struct tell_name LANGUAGES[] = {
    { "en", "영어" },         { "ko", "한국어" },
    { "es", "스페인어" },     { "fr", "프랑스어" },
    { "de", "독일어" },       { "it", "이탈리아어" },
    { "pt", "포르투갈어" },   { "pt-BR", "브라질 포르투갈어" },
    { "ja", "일본어" },       { "zh", "중국어" },
    { "vi", "베트남어" },     { "th", "태국어" },
    { "id", "인도네시아어" }, { "ru", "러시아어" },
    { "nl", "네덜란드어" },   { "pl", "폴란드어" },
    { "tr", "튀르키예어" },   { "ar", "아랍어" },
    { NULL, NULL },
};

static const struct tell_name WEEKDAYS[] = {
    { "mon", "월요일" }, { "tue", "화요일" }, { "wed", "수요일" }, { "thu", "목요일" },
    { "fri", "금요일" }, { "sat", "토요일" }, { "sun", "일요일" }, { NULL, NULL },
};

static const struct tell_name NAMES[] = {
    { "channel", "채널" },
    { "language", "고객의 언어" },
    { "locale", "고객의 언어" },
    { "country", "고객의 국가" },
    { "weekday", "요일" },
    { "hour", "시각" },
    { "contact_hour", "고객이 있는 곳의 시각" },
    { "date", "날짜" },
    { "time", "시간" },
    { "owner", "대화 담당" },
    { "message_count", "지금까지의 메시지 수" },
    { "last_rule", "바로 앞에 적용된 규칙" },
    { "minutes_since_last", "마지막 메시지 이후 지난 시간(분)" },
    { "cooling", "쉬고 있는 규칙" },
    { "campaign", "캠페인" },
    { NULL, NULL },
};

static const struct tell_fact FACTS[] = {
    { "open", "영업시간일 때", "영업시간이 아닐 때" },
    { "first_contact", "고객이 처음으로 연락했을 때", "전에 연락한 적이 있는 고객일 때" },
    { "new_conversation", "대화가 새로 시작될 때", "대화가 이미 진행 중일 때" },
    { "opted_out", "고객이 수신을 거부한 상태일 때", "고객이 수신을 거부하지 않은 상태일 때" },
    { "has_media", "사진이나 파일이 함께 왔을 때", "사진이나 파일이 없을 때" },
    { "late", "메시지가 늦게 도착했을 때", "메시지가 제때 도착했을 때" },
    { NULL, NULL, NULL },
};

const struct tell_voice tell_korean = {
    .comma = ", ",
    .or = " 또는 ",
    .and = ", ",
    .quote = "“{}”",
    .range = "{}~{}",
    .interval = "{}부터 {}까지",
    .semicolon = ", ",
    .parts = {
        [PART_BUSINESS] = "기본 설정",
        [PART_HOURS] = "영업시간",
        [PART_WAYS] = "답장을 보내는 방법",
        [PART_TEAMS] = "대화를 넘겨받는 팀",
        [PART_RULES] = "규칙",
        [PART_FIRST] = "가장 먼저",
        [PART_USUAL] = "일반 문의",
        [PART_AFTER] = "위의 규칙에 해당하지 않을 때",
        [PART_REST] = "나머지 모든 메시지",
        [PART_NEVER] = "적용되지 않는 규칙",
    },
    .sentences = {
        [TELL_SETTING] = "설정 {}의 값은 “{}”입니다.",
        [TELL_NO_SETTING] = "따로 정한 설정이 없어 모두 기본값을 씁니다.",
        [TELL_OPEN] = "{}: {} 영업합니다.",
        [TELL_CLOSED] = "{}: 쉽니다.",
        [TELL_RESPONSE] = "{}에서는 고객의 마지막 메시지로부터 24시간 동안 {} 캠페인으로 답장을 보냅니다.",
        [TELL_TEMPLATE] = "24시간이 지나면 {}에서는 {} 템플릿 캠페인으로 보냅니다.",
        [TELL_NO_TEMPLATE] = "24시간이 지나면 템플릿 캠페인이 없어 {}에서는 보낼 수 없으며, 답장은 고객이 다시 글을 "
                             "쓸 때까지 기다립니다.",
        [TELL_NO_RESPONSE] = "레이아웃이 response인 캠페인이 없어 {}에서는 자유로운 답장을 보내지 않습니다.",
        [TELL_WAY] = "{}에서는 {} 캠페인으로 답장을 보냅니다.",
        [TELL_FURTHER] = "{} 캠페인은 {} 규칙의 답장을 보냅니다.",
        [TELL_UNUSED] = "{} 캠페인을 쓰는 규칙은 없습니다.",
        [TELL_NO_WAY] = "캠페인이 없어 답장을 보낼 수 없습니다.",
        [TELL_TEAM] = "{} 팀은 {} 규칙이 넘기는 대화를 맡습니다.",
        [TELL_TEAM_IDLE] = "{} 팀에 대화를 넘기는 규칙은 없습니다.",
        [TELL_INTRO] = "규칙은 여기에 적힌 순서대로 확인하며, 처음으로 맞는 규칙이 메시지를 맡습니다. ‹괄호› 안의 "
                       "내용은 고객마다 다르게 채워집니다.",
        [TELL_NO_RULES] = "규칙이 없어 어떤 메시지에도 답하지 않습니다.",
        [TELL_NEVER] = "“{}” 규칙이 모든 메시지를 맡으므로 여기까지 오는 메시지는 없습니다.",
        [TELL_WHEN] = "메시지{}{} {}",
        [TELL_WHEN_ALL] = "위의 어떤 규칙에도 해당하지 않으면{} {}",
        [TELL_UNLESS] = "(단, 메시지{} 제외)",
        [TELL_ONLY_IF] = "이 규칙은 다음 경우에만 적용합니다: {}.",
        [TELL_GROUPS] = "여기서 찾은 내용은 {}{으로/로} 기억합니다.",
        [TELL_BUTTONS] = "답장 아래에 {} 버튼을 보여 줍니다.",
        [TELL_SET] = "{}{을/를} {}{으로/로} 기억합니다.",
        [TELL_UNSET] = "{}{을/를} 잊습니다.",
        [TELL_COOLDOWN] = "같은 고객에게는 {}에 한 번만 적용합니다.",
        [TELL_CAMPAIGN] = "답장은 {} 캠페인으로 보냅니다.",
        [TELL_ACT] = "동작 {}{을/를} 실행합니다.",
        [TELL_EXAMPLES] = "해당하는 예: {}.",
        [TELL_EXAMPLES_BOTH] = "해당하는 예: {}. 해당하지 않는 예: {}.",
        [TELL_COUNTEREXAMPLES] = "해당하지 않는 예: {}.",
    },
    .clauses = {
        [CLAUSE_HAS] = { "에 {}{이/가} 들어 있거나, 메시지", "에 {}{이/가} 들어 있으면" },
        [CLAUSE_BEGINS] = { "에 {}{으로/로} 시작하는 말이 있거나, 메시지", "에 {}{으로/로} 시작하는 말이 있으면" },
        [CLAUSE_ENDS] = { "에 {}{으로/로} 끝나는 말이 있거나, 메시지", "에 {}{으로/로} 끝나는 말이 있으면" },
        [CLAUSE_INSIDE] = { " 어디에든 {}{이/가} 들어 있거나, 메시지", " 어디에든 {}{이/가} 들어 있으면" },
        [CLAUSE_WHOLE] = { "가 {}뿐이거나, 메시지", "가 {}뿐이면" },
        [CLAUSE_PATTERN] = { "가 패턴 {}{과/와} 맞거나, 메시지", "가 패턴 {}{과/와} 맞으면" },
    },
    .acts = {
        [ACTION_SAY] = { "이렇게 답합니다: {}", "답하지 않습니다.", NULL },
        [ACTION_IGNORE] = { "답하지 않습니다.", "답하지 않습니다.", NULL },
        [ACTION_OPT_OUT] = { "고객을 수신 거부로 처리하고 이렇게 답합니다: {}", "고객을 수신 거부로 처리합니다.",
                             "그 뒤로 고객이 다시 수신에 동의할 때까지 봇은 답하지 않습니다." },
        [ACTION_OPT_IN] = { "수신 거부를 풀고 이렇게 답합니다: {}", "수신 거부를 풉니다.", NULL },
        [ACTION_HANDOFF] = { "대화를 {} 팀에 넘기고 이렇게 답합니다: {}", "대화를 {} 팀에 넘깁니다.",
                             "그 뒤로 담당자가 대화를 봇에게 돌려주거나 끝낼 때까지 봇은 답하지 않습니다." },
        [ACTION_TAG] = { "{}", "태그 {}{을/를} 남기고 다음 규칙을 계속 확인합니다.", NULL },
        [ACTION_CLOSE] = { "대화를 끝내고 이렇게 답합니다: {}", "대화를 끝냅니다.", NULL },
    },
    .settings = SETTINGS,
    .languages = LANGUAGES,
    .weekdays = WEEKDAYS,
    .names = NAMES,
    .facts = FACTS,
    .compares = {
        [COMPARE_EQUAL] = "{}{이/가} {}일 때",
        [COMPARE_NOT] = "{}{이/가} {}{이/가} 아닐 때",
        [COMPARE_LESS] = "{}{이/가} {}보다 작을 때",
        [COMPARE_MOST] = "{}{이/가} {} 이하일 때",
        [COMPARE_MORE] = "{}{이/가} {}보다 클 때",
        [COMPARE_LEAST] = "{}{이/가} {} 이상일 때",
        [COMPARE_BETWEEN] = "{}{이/가} {} 이상 {} 이하일 때",
    },
    .hours = {
        [COMPARE_EQUAL] = "{}시부터 {}시 59분까지",
        [COMPARE_NOT] = "{}시부터 {}시 59분까지를 뺀 시간에",
        [COMPARE_LESS] = "{}시 전에",
        [COMPARE_MOST] = "{}시 59분까지",
        [COMPARE_MORE] = "{}시 59분이 지난 뒤에",
        [COMPARE_LEAST] = "{}시부터",
        [COMPARE_BETWEEN] = "{}시부터 {}시 59분까지",
    },
    .condition_and = ", 그리고 ",
    .condition_or = ", 또는 ",
    .condition_sql = "다음 식이 참일 때: {}",
    .units = { { "밀리초", "밀리초" }, { "초", "초" }, { "분", "분" }, { "시간", "시간" }, { "일", "일" } },
};
