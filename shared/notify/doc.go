// Package notify notifies users that an instance failed, got worse or recovered, by
// e-mail or in a chat.
//
// One item per cluster remembers what was last notified about it. A run compares that
// item with the fleet and stores the new notices in the same write, so a function that
// is killed at any moment loses nothing: the next run continues. A batch of notices
// becomes one delivery for each subscription that it concerns. Deliveries are sent
// until they succeed or have failed too often. A delivery can arrive twice, with the same
// id, if a function is killed between sending it and recording that.
//
// # Rate
//
// A state counts once it has lasted for Debounce. An instance causes at most one notice
// per window, which doubles with each notice, within bounds, and is short again after a quiet
// period. Changes that revert in the meantime are not
// notified.
package notify
