/*
 * sha256: SHA-256 (FIPS 180-4), and HMAC with it (RFC 2104). Pure; any thread.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32 };

void sha256(const void *bytes, size_t len, uint8_t digest[SHA256_SIZE]);
void sha256_hmac(const void *key, size_t key_len, const void *bytes, size_t len, uint8_t digest[SHA256_SIZE]);

#endif
