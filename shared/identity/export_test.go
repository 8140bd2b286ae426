package identity

import "github.com/alexedwards/argon2id"

// Weaken makes hashing of passwords cheap, for tests that are about something
// else.
func Weaken(c *Config) {
	c.hashing = &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// Checksum is the end of an API token.
func Checksum(s string) string { return checksum(s) }

// RecordComparisons calls record with the password and the hash of each
// comparison from now on.
func RecordComparisons(s *Service, record func(password, hash string)) {
	compare := s.passwords.compare
	s.passwords.compare = func(password, hash string) (bool, error) {
		record(password, hash)
		return compare(password, hash)
	}
}
