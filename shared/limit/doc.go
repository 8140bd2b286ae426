// Package limit bounds how often something may be done, over all replicas, by
// the generic cell rate algorithm (GCRA): one item in the store per key, which
// holds the time at which the key's allowance is whole again.
//
// What is refused costs one read and no write.
package limit
