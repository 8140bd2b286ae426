// Package fault gives every error of Ocim a kind, so that whoever answers a
// person or another program can say what went wrong without knowing where.
//
// A domain package returns a fault with the kind, a sentence an operator can
// act on and, for bad input, the field. Callers wrap it with what they were
// doing (fmt.Errorf and %w keep the kind). Only shared/faas turns kinds into
// HTTP.
package fault
