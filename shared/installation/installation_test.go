package installation_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/installation"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

func TestAddress_MustBeReachedByHTTPS(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]installation.State{
		"https://ocim.example.org": installation.OK, "http://ocim.example.org": installation.Missing, "https://localhost": installation.Missing,
		"https://127.0.0.1:8080": installation.Missing, "ocim.example.org": installation.Missing, "": installation.Missing,
	} {
		assert.Equal(t, want, installation.Address(address).State, address)
	}
}

func TestProxies_AreCountedOrNamed(t *testing.T) {
	t.Parallel()
	assert.Equal(t, installation.OK, installation.Proxies(1, nil).State)
	assert.Equal(t, installation.OK, installation.Proxies(0, []string{"10.0.0.0/8"}).State)
	assert.Equal(t, installation.Note, installation.Proxies(0, []string{""}).State)
	assert.Equal(t, installation.Missing, installation.Proxies(1, []string{"10.0.0.1"}).State)
}

func TestMail_CheckAsksTheServer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	port := listener.Addr().(*net.TCPAddr).Port
	answers := installation.Mail{Host: "127.0.0.1", Port: port, From: "ocim@example.org"}
	for name, c := range map[string]struct {
		mail installation.Mail
		want installation.State
	}{
		"answers":   {answers, installation.OK},
		"none":      {installation.Mail{}, installation.Note},
		"folder":    {installation.Mail{Outbox: "outbox"}, installation.Note},
		"no sender": {installation.Mail{Host: "127.0.0.1", Port: port}, installation.Missing},
	} {
		assert.Equal(t, c.want, c.mail.Check(t.Context(), new(net.Dialer).DialContext).State, name)
	}
	refused := func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") }
	assert.Contains(t, answers.Check(t.Context(), refused).Text, "connection refused")
}

func TestTimeouts_SyncEndsBeforeItsCall(t *testing.T) {
	t.Parallel()
	assert.Equal(t, installation.OK, installation.Timeouts("55s", 45*time.Second).State)
	assert.Equal(t, installation.Missing, installation.Timeouts("45s", 45*time.Second).State)
	assert.Equal(t, installation.Missing, installation.Timeouts("soon", 45*time.Second).State)
	assert.Equal(t, installation.OK, installation.Timeouts("", 45*time.Second).State)
}

// world is a service over what tests set.
type world struct {
	*installation.Service
	now      time.Time
	found    audit.Verification
	failed   error
	verified int
	ids      []string
	counts   map[string]int
	resealed int
}

func (w *world) IDs() ([]string, error) { return w.ids, nil }

func newWorld(t *testing.T, fleet installation.Fleet) *world {
	w := &world{now: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC), ids: []string{"new", "old"}, counts: map[string]int{}}
	w.Service = &installation.Service{
		KV: kvtest.OpenWithClock(t, func() time.Time { return w.now }), Fleet: fleet, Ring: w, Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler),
		Backlog: func(ctx context.Context) (installation.Notices, error) { return installation.Notices{}, ctx.Err() },
		Verify: func(context.Context) (audit.Verification, error) {
			w.verified++
			return w.found, w.failed
		},
		Sealed: []installation.Sealed{{
			Kind:  "credentials",
			Count: func(context.Context) (map[string]int, error) { return w.counts, nil },
			Reseal: func(context.Context) (int, error) {
				w.resealed++
				n := w.counts["old"]
				w.counts["new"] += n
				delete(w.counts, "old")
				return n, nil
			},
		}},
	}
	return w
}

// The audit log is verified once a day, also after the clock was wrong for a moment.
func TestUpkeep_VerifiesTheAuditLogOnceADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, records{})
	w.found = audit.Verification{Entries: 12}
	at := func(now time.Time, want int) {
		t.Helper()
		w.now = now
		require.NoError(t, w.Upkeep(t.Context(), installation.Run{}))
		assert.Equal(t, want, w.verified)
	}
	start := w.now
	at(start, 1)
	at(start.Add(23*time.Hour), 1)
	at(start.Add(25*time.Hour), 2)
	at(start.Add(40*24*time.Hour), 3) // the clock jumps ahead
	at(start.Add(26*time.Hour), 4)    // and back
	at(start.Add(27*time.Hour), 4)
}

// What a wrong clock noted is shown as an error, never as success.
func TestReport_SaysWhatIsOfTheFuture(t *testing.T) {
	t.Parallel()
	w := newWorld(t, records{})
	right := w.now
	w.now = right.Add(40 * 24 * time.Hour)
	require.NoError(t, w.Upkeep(t.Context(), installation.Run{At: w.now, Projects: 1}))
	w.now = right
	for _, check := range []string{"schedule", "audit"} {
		assert.Contains(t, text(t, w, check), "in the future", check)
	}
}

func TestUpkeep_EncryptsAgainOnceAfterARotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, records{})
	w.counts["old"] = 3
	for range 3 {
		require.NoError(t, w.Upkeep(t.Context(), installation.Run{}))
	}
	assert.Equal(t, 1, w.resealed)
	assert.Equal(t, map[string]int{"new": 3}, w.counts)
	w.ids = []string{"newer", "new"}
	require.NoError(t, w.Upkeep(t.Context(), installation.Run{}))
	assert.Equal(t, 2, w.resealed)
}

// A record that can't be read stops nothing.
func TestUpkeep_ReplacesADamagedRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, records{})
	_, err := w.KV.Put(t.Context(), kv.Item{Key: kv.Key{Partition: "installation", Sort: "state"}, Value: []byte("{")}, kv.Always)
	require.NoError(t, err)
	require.NoError(t, w.Upkeep(t.Context(), installation.Run{Projects: 4}))
	report, err := w.Report(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 4, report.Run.Projects)
}

// A verification that runs out of time says so, and is not repeated at each run.
func TestVerifyAudit_KeepsThatItDidNotEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, records{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w.failed = context.Canceled
	_, err := w.VerifyAudit(ctx)
	require.Error(t, err)
	w.failed = nil
	require.NoError(t, w.Upkeep(t.Context(), installation.Run{}))
	assert.Equal(t, 1, w.verified)
	assert.Equal(t, "The audit log is too long for one run of sync. Verify it on the audit page or with ocim audit verify.", text(t, w, "audit"))
}

func TestKeyStatus_SaysWhatNeedsAKeyThatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, records{})
	w.counts = map[string]int{"new": 1, "old": 2, "lost": 3}
	keys, err := w.KeyStatus(t.Context())
	require.NoError(t, err)
	assert.Equal(t, installation.Keys{Current: "new", Keys: []installation.KeyUse{
		{ID: "new", Current: true, Credentials: 1}, {ID: "old", Credentials: 2}, {ID: "lost", Missing: true, Credentials: 3},
	}}, keys)
	assert.Contains(t, text(t, w, "keys"), "not in ocim-seal-keys: lost (3)")
	delete(w.counts, "lost")
	assert.Contains(t, text(t, w, "keys"), "still need a former encryption key: old (2)")
	delete(w.counts, "old")
	assert.Equal(t, "All stored secrets are encrypted with the key new.", text(t, w, "keys"))
}

// text returns what the report says of a thing.
func text(t *testing.T, w *world, name string) string {
	t.Helper()
	report, err := w.Report(t.Context())
	require.NoError(t, err)
	for _, c := range report.Words(w.now) {
		if c.Name == name {
			return c.Text
		}
	}
	t.Fatalf("the report does not say anything of %s", name)
	return ""
}

// records is one project, campus, with its records.
type records struct {
	project        fleet.Project
	sync           fleet.SyncState
	waiting, aside []fleet.Event
	open           []fleet.Operation
}

func (r records) Projects(context.Context) ([]fleet.Project, error) {
	if r.project.ID == "" {
		return nil, nil
	}
	return []fleet.Project{r.project}, nil
}

func (r records) SyncRecords(context.Context) (map[string]fleet.SyncRecord, error) {
	return map[string]fleet.SyncRecord{r.project.ID: {State: r.sync}}, nil
}

func (r records) WaitingEvents(_ context.Context, _, after string) ([]fleet.Event, string, error) {
	if after == "" && len(r.waiting) > 1 {
		return r.waiting[:1], "next", nil
	}
	return r.waiting[min(len(after), 1):], "", nil
}

func (r records) PoisonEvents(context.Context, string, string) ([]fleet.Event, string, error) {
	return r.aside, "", nil
}

func (r records) OpenOperations(context.Context, string) ([]fleet.Operation, error) {
	return r.open, nil
}

func TestWords_SayWhatIsLate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	good := records{project: fleet.Project{ID: "campus", CreatedAt: now.Add(-24 * time.Hour)}, sync: fleet.SyncState{SucceededAt: now.Add(-time.Minute)}}
	with := func(change func(r *records)) records {
		r := good
		change(&r)
		return r
	}
	for name, c := range map[string]struct {
		records records
		check   string
		state   installation.State
		text    string
	}{
		"up to date":      {good, "sync", installation.OK, "1 project is up to date."},
		"never synced":    {with(func(r *records) { r.sync = fleet.SyncState{} }), "sync", installation.Missing, "1 project was not read from GitLab for more than 30 min: campus (24 h ago)."},
		"synced long ago": {with(func(r *records) { r.sync.SucceededAt = now.Add(-50 * time.Minute) }), "sync", installation.Missing, "campus (50 min ago)"},
		"in the future":   {with(func(r *records) { r.sync.SucceededAt = now.Add(time.Hour) }), "sync", installation.Missing, "a clock is wrong"},
		"failing":         {with(func(r *records) { r.sync.Error = "no access" }), "sync", installation.Note, "The last sync of 1 project failed: campus."},
		"events":          {with(func(r *records) { r.waiting = []fleet.Event{{ReceivedAt: now}, {ReceivedAt: now}} }), "webhooks", installation.OK, "2 webhook events are being applied."},
		"old events":      {with(func(r *records) { r.waiting = []fleet.Event{{ReceivedAt: now.Add(-time.Hour)}} }), "webhooks", installation.Missing, "1 webhook event waits to be applied, the oldest from 2026-11-29 11:00 UTC."},
		"future events":   {with(func(r *records) { r.waiting = []fleet.Event{{ReceivedAt: now.Add(time.Hour)}} }), "webhooks", installation.Missing, "the oldest from 2026-11-29 13:00 UTC"},
		"set aside":       {with(func(r *records) { r.aside = make([]fleet.Event, 2) }), "webhooks", installation.Note, "set aside: campus (2)."},
		"operations": {with(func(r *records) {
			r.open = []fleet.Operation{{State: fleet.Requested}, {ID: "x", State: fleet.Running, AcceptedAt: now.Add(-3 * time.Hour)}}
		}), "operations", installation.Note, "1 operation runs and 1 wait. Running for more than 2 h: campus (3 h)."},
	} {
		w := newWorld(t, c.records)
		report, err := w.Report(t.Context())
		require.NoError(t, err, name)
		for _, said := range report.Figures.Words(now) {
			if said.Name == c.check {
				assert.Equal(t, c.state, said.State, name)
				assert.Contains(t, said.Text, c.text, name)
			}
		}
	}
}
