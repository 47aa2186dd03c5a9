# The table of bench.sh. Input: lines "NAME CONNECTIONS VALUE", sorted by name, connections and value.

{
    key = $1 " " $2
    values[key, ++count[key]] = $3
}

function median(name, connections,    key, n) {
    key = name " " connections
    n = count[key]
    return n % 2 ? values[key, (n + 1) / 2] : (values[key, n / 2] + values[key, n / 2 + 1]) / 2
}

function total(name, connections,    key, sum, i) {
    key = name " " connections
    for (i = 1; i <= count[key]; i++)
        sum += values[key, i]
    return sum + 0
}

function least(name, connections) {
    return values[name " " connections, 1]
}

function most(name, connections) {
    return values[name " " connections, count[name " " connections]]
}

# A whole number with commas.
function grouped(number,    text, out) {
    text = sprintf("%d", number + 0.5)
    while (length(text) > 3) {
        out = "," substr(text, length(text) - 2) out
        text = substr(text, 1, length(text) - 3)
    }
    return text out
}

function speed(connections, name) {
    return sprintf("%9s %8.1f %7.0f", grouped(median(name "_rate", connections)), median(name "_p99", connections),
                   median(name "_cpu", connections))
}

function ratio(connections, name) {
    return sprintf("%9.2f  (%.2f-%.2f)    ", median(name, connections), least(name, connections), most(name, connections))
}

function row(title, left, right) {
    printf "  %-42s%-28s%s\n", title, left, right
}

function pair(title, name, format) {
    row(title, sprintf(format, median(name, 64)), sprintf(format, median(name, 256)))
}

# Over all rounds, not a median: one is too many.
function print_stalled(name) {
    if (most(name "_stalled", 64) + most(name "_stalled", 256) > 0)
        row("  STALLED: no answer in 5 s, all rounds", sprintf("%9d", total(name "_stalled", 64)),
            sprintf("%9d", total(name "_stalled", 256)))
}

# The part of the bench that gave this figure was run.
function was_run(name, connections) {
    return (name " " connections) in count
}

function print_speed(title, name) {
    row(title, speed(64, name), speed(256, name))
    row("  of bare, in the same round", ratio(64, name "_ratio"), ratio(256, name "_ratio"))
    print_stalled(name)
}

function print_daemon(title, name) {
    print_speed(title, name)
    row("  of bare that stores, in the same round", ratio(64, name "_of_storing"), ratio(256, name "_of_storing"))
    pair("  messages per commit", name "_batch", "%9.1f")
    pair("  commits per second", name "_commits", "%9.0f")
}

function print_rounds() {
    print ""
    row("", "       64 connections", "      256 connections")
    row("", "   acks/s   p99 ms  cpu us", "   acks/s   p99 ms  cpu us")
    row("bare libmicrohttpd: only answers 202", speed(64, "bare"), speed(256, "bare"))
    print_stalled("bare")
    print_speed("bare, each body on the disk before its 202", "storing")
    print_daemon("frontdeskd, 1 message in 20 answered", "few")
    print_daemon("frontdeskd, every message answered", "all")
    row("  end to end: replies accepted per second", sprintf("%9s", grouped(median("all_replies", 64))),
        sprintf("%9s", grouped(median("all_replies", 256))))
    pair("  replies per call to Braze", "all_per_call", "%9.1f")
    print_daemon("frontdeskd, every message an answer in a flow", "flow")
    pair("  cost of a flow's step, by a rule's sentence", "flow_cost", "%9.2f")
    print ""
    row("fdatasync of 64 KiB alone", sprintf("%9.2f ms, p99 %.2f ms", median("sync_mean", 0), median("sync_p99", 0)))
}

function print_waiting() {
    print ""
    row("500 turns wait for a model that takes 5 s", "")
    row("  p99 of the other messages' 202, and without", sprintf("%9.1f ms, %.1f ms", median("waiting_p99", 64),
        median("idle_p99", 64)))
    row("  the one by the other, in the same round", ratio(64, "waiting_ratio"))
    row("  acks per second, and without", sprintf("%9s, %s", grouped(median("waiting_rate", 64)),
        grouped(median("idle_rate", 64))))
    row("  memory meanwhile", sprintf("%9.1f MB resident", median("waiting_memory", 0) / 1e6))
}

function print_closes() {
    print ""
    row("10,000 conversations end at once", "")
    row("  p99 of a reply, from its book to Braze's, and without", sprintf("%9.0f ms, %.0f ms", median("closes_replies_p99", 0),
        median("idle_replies_p99", 0)))
    row("  the one by the other", sprintf("%9.2f", median("closes_ratio", 64)))
    row("  calls to write 10,000 profiles", sprintf("%9.0f", median("closes_calls", 0)))
}

function print_long() {
    print ""
    row("memory after " grouped(messages) " messages", sprintf("%9.1f MB resident, peak %.1f MB",
        median("long_memory", 0) / 1e6, median("long_peak", 0) / 1e6))
    row("disk per message, log included", sprintf("%9s bytes", grouped(median("long_disk", 0) / messages)))
    row("  while that book grew", sprintf("%9s acks/s", grouped(median("long_rate", 0))))
}

END {
    if (was_run("bare_rate", 64))
        print_rounds()
    if (was_run("waiting_rate", 64))
        print_waiting()
    if (was_run("closes_ratio", 64))
        print_closes()
    if (was_run("long_rate", 0))
        print_long()
    print ""
    print "  bare that stores: the same HTTP library, one row per body, whatever waits in one commit; nothing is read or decided."
    print "  cpu us: time on the processors per message, of that program alone, its replies to Braze included."
    print "  All answers were 202; where every message is answered, the sandbox took every reply; each audit balanced."
}
