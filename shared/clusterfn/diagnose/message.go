package diagnose

import (
	"regexp"
	"strings"
	"sync"
)

// maxBrief bounds what a sentence quotes of a message, in bytes.
const maxBrief = 240

// brief makes a message of Kubernetes fit into a sentence. The cause of an error stands
// at its end, so a long one loses its middle.
func brief(message string) string {
	s := strings.Join(strings.Fields(message), " ")
	if len(s) > maxBrief {
		const head = 60
		s = strings.ToValidUTF8(s[:head], "") + " … " + strings.ToValidUTF8(s[len(s)-(maxBrief-head):], "")
	}
	return strings.TrimRight(s, ".")
}

var (
	// grpcWrapping is what gRPC puts before an error.
	grpcWrapping = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:rpc )?error: code = \w+ desc = `) })
	// pullWrapping is what containerd, CRI-O and kubelet put before the cause, once for each step, with the image.
	pullWrapping = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)(?:error response from daemon: |failed to pull (?:and unpack )?image "[^"]*": |failed to resolve (?:reference|image) "[^"]*": |failed to copy: |failed to do request: (?:Head|Get) "[^"]*": |failed to (?:extract|unpack) (?:layer )?\S+: |unable to retrieve auth token: |initializing source [^:]*:[^ ]*: |(?:reading manifest|pinging container registry) [^ ]+(?: in [^ ]+)?: |determining manifest MIME type for [^ ]+: |httpReadSeeker: failed open: |ErrImagePull: |Back-off pulling image "[^"]*"(?:: )?)`)
	})
)

// runtimeCause leaves the cause of what a container runtime reported.
func runtimeCause(message string) string {
	s := strings.Join(strings.Fields(message), " ")
	s = grpcWrapping().ReplaceAllString(s, "")
	for {
		next := pullWrapping().ReplaceAllString(s, "")
		if next == s {
			return brief(s)
		}
		s = next
	}
}
