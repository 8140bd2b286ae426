// Package message defines a notification in words: what notify writes and what
// mail and chat deliver. It is apart so that what delivers a message does not link
// what decides about it.
package message

import "time"

// Message is one delivery.
type Message struct {
	ID      string // the same when a message arrives twice
	Subject string
	Lines   []Line
	More    int    // how many lines were left out
	Link    string // to the subscriptions
	Contact bool   // whether the reader subscribed to nothing, but is a contact of the instance
}

// Line is about one instance or one cluster.
type Line struct {
	Mark   string // a shape that repeats what the words say
	Title  string
	Detail string
	Next   string // what to do
	Since  time.Time
	Link   string
}
