package gitlabtest

import (
	"cmp"
	"net/http"
	"strconv"
	"time"
)

// Limits are requests a minute; 0 takes GitLab.com's number and a negative
// number is no limit. The minutes are the server's, so a clock that stands
// still has one endless minute.
type Limits struct {
	User      int // every request of a user; 2000
	Files     int // repository files, of a user; 500
	Archives  int // of a user and project; 5
	Pipelines int // created for one project, user and commit; 25
}

const (
	bucketFiles    = "files"
	bucketArchives = "archives"
)

type limiter struct {
	limits Limits
	minute time.Time
	seen   map[string]int
}

func newLimiter(l Limits) *limiter {
	return &limiter{
		limits: Limits{User: cmp.Or(l.User, 2000), Files: cmp.Or(l.Files, 500), Archives: cmp.Or(l.Archives, 5), Pipelines: cmp.Or(l.Pipelines, 25)},
		seen:   map[string]int{},
	}
}

// verdict is what the limiter says of one request.
type verdict struct {
	refused                     *reply
	limit, observed, resetsUnix int
}

// mark sets GitLab's RateLimit headers.
func (v verdict) mark(rp reply) reply {
	if v.limit < 0 {
		return rp
	}
	return rp.with("RateLimit-Limit", strconv.Itoa(v.limit)).
		with("RateLimit-Remaining", strconv.Itoa(max(v.limit-v.observed, 0))).
		with("RateLimit-Reset", strconv.Itoa(v.resetsUnix))
}

func (l *limiter) roll(now time.Time) {
	if m := now.Truncate(time.Minute); !m.Equal(l.minute) {
		l.minute = m
		clear(l.seen)
	}
}

// take counts one request.
func (l *limiter) take(who, bucket, project string, now time.Time) verdict {
	l.roll(now)
	reset := l.minute.Add(time.Minute)
	retry := strconv.Itoa(max(int(reset.Sub(now).Seconds()), 1))
	v := verdict{limit: l.limits.User, resetsUnix: int(reset.Unix())}
	l.seen[who]++
	v.observed = l.seen[who]
	if v.limit >= 0 && v.observed > v.limit {
		v.refused = new(standardError(http.StatusTooManyRequests).with("Retry-After", retry))
		return v
	}
	limit, name := -1, who+" "+bucket
	switch bucket {
	case bucketFiles:
		limit = l.limits.Files
	case bucketArchives:
		limit, name = l.limits.Archives, name+" "+project
	}
	if limit >= 0 {
		if l.seen[name]++; l.seen[name] > limit {
			words := map[string]any{"error": "This endpoint has been requested too many times. Try again later."}
			v.refused = new(refuse(http.StatusTooManyRequests, words).with("Retry-After", retry))
		}
	}
	return v
}

// pipeline counts one pipeline of a commit and says whether it may be made.
func (l *limiter) pipeline(name string, now time.Time) bool {
	l.roll(now)
	name = "pipeline " + name
	l.seen[name]++
	return l.limits.Pipelines < 0 || l.seen[name] <= l.limits.Pipelines
}
