// Package limit bounds how often something may be done, across all replicas,
// with the generic cell rate algorithm (GCRA). Each key has one item in the
// store, which holds the theoretical arrival time (TAT): the moment at which
// the key has its full burst again.
//
// Guarantees:
//   - A key never gets more than its burst at once plus its rate, however many
//     replicas ask. When the store cannot say whether a write happened, the
//     permit counts as used.
//   - A refusal costs one read and no write.
//   - A clock that was wrong for a moment blocks a key no longer than an
//     exhausted burst would.
package limit
