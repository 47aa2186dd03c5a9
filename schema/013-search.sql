-- The index for `search` (src/store/search.h): which messages have which piece of a word. Filled behind the road. It may be emptied
-- at any time, together with `search_form` and `search_next` in `book`, and fills itself again.
--
-- 65,536 messages in the order of their ids are a block. Its pieces are spread over 128 shelves, by their first two bytes:
-- shelf = message id / 65,536 * 128 + 0 … 127.

-- As they come in, some hundred messages at a time, until their block is complete.
CREATE TABLE search_leaf (
  shelf  INTEGER NOT NULL,
  first  INTEGER NOT NULL,          -- id of the first of the messages
  words  BLOB NOT NULL,             -- pieces, and which of the messages have each (src/store/search_list.h)
  PRIMARY KEY (shelf, first)
) STRICT, WITHOUT ROWID;

-- Complete blocks.
CREATE TABLE search_word (
  shelf     INTEGER NOT NULL,
  word      BLOB NOT NULL,          -- a piece
  messages  BLOB NOT NULL,          -- of the block that have it (src/store/search_list.h)
  PRIMARY KEY (shelf, word)
) STRICT, WITHOUT ROWID;
