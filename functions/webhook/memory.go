package function

import (
	"sync"
	"time"
)

// Bounds of a memory: a burst of events reads its project once a second.
const (
	remembered    = time.Second
	maxRemembered = 1000 // projects
)

// memory keeps what was read of projects for a second.
type memory[T any] struct {
	mu   sync.Mutex
	kept map[string]memo[T]
}

type memo[T any] struct {
	value T
	at    time.Time
}

func (m *memory[T]) get(project string, now time.Time) (T, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.kept[project]
	if age := now.Sub(k.at); !ok || age < 0 || age >= remembered {
		return *new(T), false
	}
	return k.value, true
}

// set keeps what was read at a time.
func (m *memory[T]) set(project string, value T, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil || len(m.kept) >= maxRemembered {
		m.kept = map[string]memo[T]{}
	}
	m.kept[project] = memo[T]{value, at}
}
