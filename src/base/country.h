/*
 * country: which country a phone number belongs to, and what its numbers begin with. Pure; any thread.
 */
#ifndef BASE_COUNTRY_H
#define BASE_COUNTRY_H

/*
 * The country of a number in international form ("+82 10 1234 5678", "0082…"; blanks are not counted), as
 * the two capital letters of ISO 3166; "" when that cannot be told. A constant.
 */
const char *country_of_phone(const char *phone);

/* The calling code of a country, "82" of "KR", "1" of "CA"; "" of one that is not known. A constant. */
const char *country_calling_code(const char *country);

#endif
