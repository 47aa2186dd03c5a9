/*
 * courtesy: the polite words that people put around "stop" or "환불", as pieces of a pattern. Private to
 * text/words.c.
 *
 * Each piece is the inside of a group. BEFORE may precede the wish, AFTER may follow it, both several times
 * and with punctuation between. SPACED words want their edges checked, FREE ones stand next to anything.
 * Laughter and tears (ㅋㅋ, ㅠㅠ) and a glare (ㅡㅡ) count as courtesies, too.
 * Nothing here may say no: "하지", "안", "not" would turn the wish round. Longer before shorter, since the
 * first that fits is taken.
 */
#ifndef TEXT_COURTESY_H
#define TEXT_COURTESY_H

#define COURTESY_SPACED \
    "please|pl[sz]|kindly|sorry|ok(?:ay)?|yes|now|right now|sir|madam|dear|" \
    "thank(?:s| you| u)(?: (?:so|very) much| a lot)?|thx|tks|ty|cheers|" \
    "por favor|porfavor|porfa|(?:muchas )?gracias|s[ií]|por gentileza|(?:muito )?obrigad[oa]|" \
    "s'?il (?:vous|te) pla[iî]t|svp|stp|merci(?: beaucoup)?|bitte|danke(?: sch[oö]n)?|" \
    "per favore|grazie(?: mille)?|alstublieft|aub|bedankt|dank (?:je|u)|" \
    "l[uü]tfen|te[sş]ekk[uü]rler|tolong|mohon|terima kasih|makasih|vui l[oò]ng|xin|c[aảạ]m [oơ]n|" \
    "пожалуйста|спасибо|من فضلك|شكرا"

#define COURTESY_BEFORE_SPACED \
    COURTESY_SPACED \
    "|hi(?: there)?|hello|hey|just|good (?:morning|afternoon|evening)|(?:can|could|would) (?:you|u)|" \
    "hola|buen[oa]s(?: d[ií]as| tardes| noches)?|ol[aá]|bom dia|boa (?:tarde|noite)|bonjour|salut|" \
    "hallo|guten (?:tag|morgen|abend)|ciao|buongiorno"

#define COURTESY_AFTER_SPACED COURTESY_SPACED "|asap|immediately|bye|(?:kind |best )?regards|ya|ahora"

#define COURTESY_FREE \
    "[ㅋㅎㅠㅜㅡ]++|" \
    "부탁(?:드립니다|드려요|드릴게요|합니다|해요|해)?|감사(?:합니다|해요|드립니다)|고맙습니다|고마워요?|" \
    "죄송(?:합니다|해요|하지만)|제발|지금|당장|바로|빨리|좀|" \
    "お願い(?:いた)?します|おねがいします|お願い|ありがとう(?:ございます)?|すみません|" \
    "谢谢(?:你|您)?|謝謝(?:你|您)?|麻烦(?:你|您)?了?|麻煩(?:你|您)?了?|" \
    "ขอบคุณ(?:มาก)?|(?:นะ)?(?:ครับ|คะ|ค่ะ)|นะ|หน่อย"

#define COURTESY_BEFORE_FREE \
    COURTESY_FREE \
    "|안녕하세요|저기요|네|예|그냥|이제|こんにちは|どうか|请|請|你好|您好|กรุณา|โปรด|ช่วย|สวัสดี(?:ครับ|ค่ะ)?"

#define COURTESY_AFTER_FREE \
    COURTESY_FREE \
    "|해 ?주(?:세요|십시오|시겠어요|실래요)|해 ?줘요?|주(?:세요|십시오)|" \
    "할게요|할께요|할래요|하겠습니다|합니다|하고 ?싶(?:어요|습니다|어)|해요|해|" \
    "신청(?:합니다|해요|할게요|하겠습니다)?|요청(?:합니다|드립니다)?|처리|원(?:합니다|해요)|바랍니다|바래요|" \
    "이에요|예요|입니다|이요|요|을|를|" \
    "して(?:ください|下さい)|ください|下さい|です|します"

#endif
