#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/language.h"
#include "text/locale.h"

#define NBSP "\xc2\xa0"
#define NARROW_NBSP "\xe2\x80\xaf"

#define PORTUGUESE_NAMES \
    .weekdays = { "domingo", "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", \
                  "sábado" }, \
    .short_weekdays = { "dom", "seg", "ter", "qua", "qui", "sex", "sáb" }, \
    .months = { "janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", \
                "outubro", "novembro", "dezembro" }, \
    .short_months = { "jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez" }, \
    .morning = "AM", .afternoon = "PM"

static const struct locale LOCALES[] = {
    { .language = "en",
      .weekdays = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" },
      .short_weekdays = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" },
      .months = { "January", "February", "March", "April", "May", "June", "July", "August", "September",
                  "October", "November", "December" },
      .short_months = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" },
      .morning = "AM", .afternoon = "PM",
      .point = ".", .group = ",", .grouped_from = 4, .sign_gap = "" },
    { .language = "ko",
      .weekdays = { "일요일", "월요일", "화요일", "수요일", "목요일", "금요일", "토요일" },
      .short_weekdays = { "일", "월", "화", "수", "목", "금", "토" },
      .months = { "1월", "2월", "3월", "4월", "5월", "6월", "7월", "8월", "9월", "10월", "11월", "12월" },
      .short_months = { "1월", "2월", "3월", "4월", "5월", "6월", "7월", "8월", "9월", "10월", "11월", "12월" },
      .morning = "오전", .afternoon = "오후",
      .point = ".", .group = ",", .grouped_from = 4, .sign_gap = "" },
    { .language = "es",
      .weekdays = { "domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado" },
      .short_weekdays = { "dom", "lun", "mar", "mié", "jue", "vie", "sáb" },
      .months = { "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
                  "octubre", "noviembre", "diciembre" },
      .short_months = { "ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic" },
      .morning = "a." NBSP "m.", .afternoon = "p." NBSP "m.",
      .point = ",", .group = ".", .grouped_from = 5, .sign_gap = NBSP, .is_sign_behind = true },
    { .language = "pt", PORTUGUESE_NAMES,
      .point = ",", .group = NBSP, .grouped_from = 5, .sign_gap = NBSP, .is_sign_behind = true },
    { .language = "pt-BR", PORTUGUESE_NAMES,
      .point = ",", .group = ".", .grouped_from = 4, .sign_gap = NBSP },
    { .language = "fr",
      .weekdays = { "dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi" },
      .short_weekdays = { "dim", "lun", "mar", "mer", "jeu", "ven", "sam" },
      .months = { "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
                  "octobre", "novembre", "décembre" },
      .short_months = { "janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov",
                        "déc" },
      .morning = "AM", .afternoon = "PM",
      .point = ",", .group = NARROW_NBSP, .grouped_from = 4, .sign_gap = NBSP, .is_sign_behind = true },
    { .language = "de",
      .weekdays = { "Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag" },
      .short_weekdays = { "So", "Mo", "Di", "Mi", "Do", "Fr", "Sa" },
      .months = { "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
                  "Oktober", "November", "Dezember" },
      .short_months = { "Jan", "Feb", "März", "Apr", "Mai", "Juni", "Juli", "Aug", "Sept", "Okt", "Nov",
                        "Dez" },
      .morning = "AM", .afternoon = "PM",
      .point = ",", .group = ".", .grouped_from = 4, .sign_gap = NBSP, .is_sign_behind = true },
    { .language = "it",
      .weekdays = { "domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato" },
      .short_weekdays = { "dom", "lun", "mar", "mer", "gio", "ven", "sab" },
      .months = { "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto",
                  "settembre", "ottobre", "novembre", "dicembre" },
      .short_months = { "gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic" },
      .morning = "AM", .afternoon = "PM",
      .point = ",", .group = ".", .grouped_from = 4, .sign_gap = NBSP, .is_sign_behind = true },
};

enum { LOCALE_COUNT = sizeof LOCALES / sizeof LOCALES[0] };

const struct locale *locale_english(void)
{
    return &LOCALES[0];
}

static const struct locale *find_exact(const char *tag, size_t len)
{
    for (size_t i = 0; i < LOCALE_COUNT; i++)
        if (strlen(LOCALES[i].language) == len && memcmp(LOCALES[i].language, tag, len) == 0)
            return &LOCALES[i];
    return NULL;
}

const struct locale *locale_find(const char *tag)
{
    char canonical[LANGUAGE_TAG_MAX];
    const struct locale *locale;

    if (!language_canonical(tag, canonical))
        return NULL;
    locale = find_exact(canonical, strlen(canonical));
    return locale != NULL ? locale : find_exact(canonical, language_length(canonical));
}

const struct locale *locale_named(const char *tag, struct error *error)
{
    const struct locale *locale = locale_find(tag);
    struct buf known = { 0 };

    if (locale != NULL)
        return locale;
    for (size_t i = 0; i < LOCALE_COUNT; i++)
        buf_addf(&known, "%s%s", i > 0 ? ", " : "", LOCALES[i].language);
    error_set(error, "how \"%s\" writes sums and dates is not known; known are %s.", tag, buf_text(&known));
    buf_release(&known);
    return NULL;
}
