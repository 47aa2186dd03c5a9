# A business to measure with: 100 rules, and the texts that its customers write.
#
#     awk -v want=rules -f business.awk      the rule file
#     awk -v want=few -f business.awk        100 texts, 5 of which a rule answers; for the rest no rule wins
#     awk -v want=all -f business.awk        100 texts, each answered by a rule of its own
#     awk -v want=backend -v url=URL -f business.awk   a rule file more: a model there, and a rule that asks it
#     awk -v want=close -f business.awk      a rule file more: what profiles learn when a conversation ends
#     awk -v want=flow -f business.awk       100 texts for the channel `dialogue`: the first begins a flow that asks on and on
#
# Half of the rules are words, a quarter words with an exception, a quarter patterns with a named group. Every tenth
# rule knows a Korean word too, and every tenth text is Korean. A text is about 70 bytes long.

function fill_goods(    i, count, parts) {
    count = split("almond apple apricot bagel baguette banana barley basil biscuit blackberry blueberry bread brioche " \
                  "brownie bun butter cake candle caramel cardamom carrot cashew cheese cherry chestnut chives " \
                  "chocolate cider cinnamon clove cocoa coconut coffee cookie cracker cranberry cream crepe " \
                  "croissant cucumber cupcake currant custard date donut eclair egg fennel fig flan flour focaccia " \
                  "fudge garlic ginger granola grape hazelnut honey icing jam juice lavender lemon lime macaron " \
                  "mango maple marzipan meringue milk mint muffin mustard nougat nutmeg oat olive onion orange " \
                  "pancake papaya peach peanut pear pecan pepper pie pistachio pizza plum poppy praline pretzel " \
                  "pudding pumpkin quiche raisin roll rye", parts, " ")
    for (i = 1; i <= count; i++)
        goods[i - 1] = parts[i]
    split("아몬드 사과빵 바게트빵 브리오슈 계피롤 크루아상 무화과 마카롱 팬케이크 푸딩", korean, " ")
    if (count != 100) {
        print "business.awk: " count " goods, not 100" > "/dev/stderr"
        exit 1
    }
}

function quoted(text) {
    gsub(/'/, "''", text)
    return "'" text "'"
}

function print_rule(i,    words, pattern, except, say) {
    words = pattern = except = "NULL"
    say = "Our " goods[i] " of today, {{ first_name | default: \"friend\" }}: three kinds, from 4.50. Shall we keep one?"
    if (i % 4 == 3) {
        pattern = quoted("\\b" goods[i] "s?\\s*(?:no\\.?|number)?\\s*#?\\s*(?<count>\\d{1,6})(?!\\d)")
        say = "{{ count }} times " goods[i] ", noted. Message {{ message_count }} of yours; thank you!"
    } else {
        words = quoted(goods[i] "*, fresh " goods[i] (i % 10 == 5 ? ", " korean[int(i / 10) + 1] : ""))
    }
    if (i % 4 == 2)
        except = quoted("no " goods[i] ", not " goods[i] "*")
    print "INSERT INTO rule (name, words, pattern, unless, say) VALUES"
    print "  (" quoted(goods[i]) ", " words ", " pattern ", " except ", " quoted(say) ");"
}

function print_rules(    i) {
    print "INSERT INTO setting (name, value) VALUES ('business_name', 'Bench'), ('calls_per_hour', '1000000');"
    print "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES"
    print "  ('reply', 'whatsapp', 'response', '7f3c2a90-5b1e-4c0d-9a67-2f0d8e41b6c3');"
    for (i = 0; i < 100; i++)
        print_rule(i)
    print_flow()
}

function print_backend() {
    print "INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');"
    print "INSERT INTO backend (name, kind, url, model, key_env, settle_ms, calls, history) VALUES"
    print "  ('thinker', 'openai', " quoted(url) ", 'thinker', 'BENCH_AI_KEY', 0, 500, 0);"
    print "INSERT INTO rule (name, words, action, target) VALUES ('oracle', 'oracle', 'consult', 'thinker');"
}

function print_close() {
    print "INSERT INTO attribute (name, at, value, type) VALUES"
    print "  ('bench_summary', 'close', '{{ summary }}', 'text'), ('bench_outcome', 'close', '{{ outcome }}', 'text'),"
    print "  ('bench_messages', 'close', '{{ message_count }}', 'number'), ('bench_rule', 'close', '{{ rule }}', 'text');"
}

function print_flow() {
    print "INSERT INTO channel (name, kind) VALUES ('dialogue', 'whatsapp');"
    print "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES"
    print "  ('talk', 'dialogue', 'response', '7f3c2a90-5b1e-4c0d-9a67-2f0d8e41b6c3');"
    print "INSERT INTO rule (name, words, action, target) VALUES ('ledger', 'dear diary', 'flow', 'ledger');"
    print "INSERT INTO flow (name, title, expires) VALUES ('ledger', 'the ledger', '30 days');"
    print "INSERT INTO step (name, say, ask, next) VALUES ('ledger.entry', " \
          quoted("Noted, {{ first_name | default: \"friend\" }}, as number {{ message_count }}. And then, what came next that day?") \
          ", 'text', 'again');"
    print "INSERT INTO step_set (step, name, value) VALUES ('ledger.again', 'entry', NULL);"
    print "INSERT INTO step (name, next) VALUES ('ledger.again', 'entry');"
}

function answered(i) {
    if (i % 10 == 5 && i % 4 != 3)
        return "안녕하세요, 내일 아침에 " korean[int(i / 10) + 1] " 있나요? 번호는 " i "번이에요"
    return "Good morning! Could you keep " goods[i] " " i + 1 " for me until tomorrow, please? I come at ten."
}

function unanswered(i) {
    if (i % 10 == 5)
        return "어제 가게 앞을 지나갔는데 불이 아직 켜져 있었어요, 창문 " i
    return "I walked past your shop yesterday evening and the light in window " i + 1 " was still on."
}

BEGIN {
    fill_goods()
    if (want == "rules")
        print_rules()
    if (want == "backend")
        print_backend()
    if (want == "close")
        print_close()
    for (i = 0; want == "all" && i < 100; i++)
        print answered(i)
    for (i = 0; want == "flow" && i < 100; i++)
        print "Dear diary, at ten I had " goods[i] " number " i + 1 " on my plate, and the sun came in at the window."
    for (i = 0; want == "few" && i < 100; i++)
        print i % 20 == 3 + int(i / 20) ? answered(i) : unanswered(i)
}
