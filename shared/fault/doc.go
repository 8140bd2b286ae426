// Package fault classifies errors by kind, so that the code that answers a request can
// choose a status and a message without knowing where the error comes from.
//
// A domain package returns a fault with a kind, a sentence that an operator can act on
// and, for bad input, the field. Callers wrap it with what they were doing; fmt.Errorf
// with %w keeps the kind. Only shared/faas turns kinds into HTTP statuses.
package fault
