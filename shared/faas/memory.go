package faas

import (
	"io/fs"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// memoryShare is the part of the container's memory limit that Go's heap may use
// before the garbage collector works harder: the rest is for stacks, the binary and
// what C libraries or the kernel count for the process.
const memoryShare = 0.9

// limitMemory sets Go's memory limit from the container's, unless GOMEMLIMIT does. It
// returns the limit in bytes, or 0 when there is none.
func limitMemory(root fs.FS, lookup func(string) (string, bool)) int64 {
	if _, given := lookup("GOMEMLIMIT"); given {
		return 0 // the runtime has read it
	}
	limit := int64(float64(containerMemory(root)) * memoryShare)
	if limit > 0 {
		debug.SetMemoryLimit(limit)
	}
	return limit
}

// containerMemory returns the memory limit of the process's cgroup in bytes, or 0 when
// there is none. A container sees its own cgroup at the root.
func containerMemory(root fs.FS) int64 {
	for _, file := range []string{
		"sys/fs/cgroup/memory.max",                   // version 2; "max" is none
		"sys/fs/cgroup/memory/memory.limit_in_bytes", // version 1; none is close to 2^63
	} {
		text, err := fs.ReadFile(root, file)
		if err != nil {
			continue
		}
		bytes, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
		if err == nil && bytes < 1<<50 {
			return int64(bytes)
		}
	}
	return 0
}

// LimitMemory sets Go's memory limit from the container's, unless GOMEMLIMIT does.
func LimitMemory() { limitMemory(os.DirFS("/"), os.LookupEnv) }
