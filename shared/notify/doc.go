// Package notify tells people that an instance failed, got worse or recovered, by
// e-mail or in a chat.
//
// What was told last of each cluster is one item. A run compares it with the fleet
// as it is and writes what is to be told in the same item, in the same write; so a
// function that dies at any moment loses nothing, and the next run goes on. From
// there a batch of notices becomes one delivery for each subscription that it
// concerns, and deliveries are sent until they arrive or were tried often enough.
// One may arrive twice when a function dies between sending and noting that, and
// has the same id then.
//
// # Quiet
//
// A state counts once it has held for Hold. An instance is told of at most once per
// window, which doubles with each notice, from Window up to MaxWindow, and is short
// again after a quiet Calm. What came and went meanwhile is not told.
package notify
