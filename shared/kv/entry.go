package kv

// Entry is an item as a store is copied whole: a counter stays one, which Item alone
// does not tell.
type Entry struct {
	Item
	Counter bool `json:"counter,omitempty"`
}
