/*
 * version: of the programs. The book has a version of its own (store/schema.h).
 */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define FRONTDESK_VERSION "0.1.0"

#endif
