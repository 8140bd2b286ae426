package installation

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// Service reports on an installation and looks after it.
type Service struct {
	KV      kv.Store
	Fleet   Fleet
	Backlog func(ctx context.Context) (Notices, error)
	Verify  func(ctx context.Context) (audit.Verification, error)
	Sealed  []Sealed
	Ring    Ring
	Now     func() time.Time
	Log     *slog.Logger
}

// Run is one run of sync.
type Run struct {
	At       time.Time     `json:"at"` // when it ended
	Took     time.Duration `json:"took"`
	Projects int           `json:"projects"`
	Failed   int           `json:"failed"`
}

// Verification is what the last verification of the audit log found.
type Verification struct {
	At         time.Time `json:"at"`
	Entries    int64     `json:"entries"`
	Sealed     int64     `json:"sealed"`
	BeforeMACs int64     `json:"beforeMACs,omitempty"` // of the sealed ones have no MAC of their own
	SealedAt   time.Time `json:"sealedAt,omitzero"`
	Problem    string    `json:"problem,omitempty"`
	Incomplete bool      `json:"incomplete,omitempty"` // it did not come to its end
}

// verifyEvery is how often the audit log is verified.
const verifyEvery = 24 * time.Hour

// record is what is kept between runs.
type record struct {
	Run          Run          `json:"run"`
	Verification Verification `json:"verification"`
	// SealedWith is the encryption key that everything was last found to be encrypted with.
	SealedWith string `json:"sealedWith,omitempty"`
}

var recordKey = kv.Key{Partition: "installation", Sort: "state"}

func (s *Service) record(ctx context.Context) (record, error) {
	item, err := s.KV.Get(ctx, recordKey)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return record{}, err
	}
	// One that can't be read counts as none: nothing in it is lost for good.
	r, _ := kvjson.Decode[record](item)
	return r, nil
}

// change lets alter change the record.
func (s *Service) change(ctx context.Context, alter func(*record)) error {
	return kv.Update(ctx, s.KV, recordKey, nil, func(item *kv.Item) (bool, error) {
		var r record
		if item.Version > 0 {
			if known, err := kvjson.Decode[record](*item); err == nil {
				r = known
			}
		}
		alter(&r)
		return true, kvjson.Set(item, r)
	})
}

// Upkeep records a run of sync, and does what is due. Its time is that of the run, so
// what takes longer is left to a later one.
func (s *Service) Upkeep(ctx context.Context, run Run) error {
	known, err := s.record(ctx)
	if err != nil {
		return fmt.Errorf("reading the installation's record: %w", err)
	}
	run.At = s.Now().UTC()
	if err := s.change(ctx, func(r *record) { r.Run = run }); err != nil {
		return fmt.Errorf("recording the run: %w", err)
	}
	if err := s.resealAfterRotation(ctx, known.SealedWith); err != nil {
		return err
	}
	// A verification in the future is one whose clock was wrong.
	if age := s.Now().Sub(known.Verification.At); age < verifyEvery && age > -future {
		return nil
	}
	_, err = s.VerifyAudit(ctx)
	return err
}

// VerifyAudit verifies the audit log and keeps the result.
func (s *Service) VerifyAudit(ctx context.Context) (Verification, error) {
	found, err := s.Verify(ctx)
	v := Verification{At: s.Now().UTC(), Entries: found.Entries, Sealed: found.Sealed, BeforeMACs: found.BeforeMACs, SealedAt: found.SealedAt, Problem: found.Problem}
	if err != nil {
		if ctx.Err() == nil {
			return v, fmt.Errorf("verifying the audit log: %w", err)
		}
		v.Incomplete = true
	}
	if v.Problem != "" {
		s.Log.ErrorContext(ctx, "the audit log does not verify", "problem", v.Problem)
	}
	save, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if saved := s.change(save, func(r *record) { r.Verification = v }); saved != nil {
		return v, fmt.Errorf("keeping the verification: %w", saved)
	}
	return v, err
}

// Report is the state of an installation.
type Report struct {
	Run          Run
	Verification Verification
	Figures      Figures
	Keys         Keys
}

// Report reads the state of the installation.
func (s *Service) Report(ctx context.Context) (Report, error) {
	r, err := s.record(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("reading the installation's record: %w", err)
	}
	out := Report{Run: r.Run, Verification: r.Verification}
	if out.Figures, err = s.Measure(ctx); err != nil {
		return out, err
	}
	out.Keys, err = s.KeyStatus(ctx)
	return out, err
}

// Words says the report in words.
func (r Report) Words(now time.Time) []Result {
	out := append([]Result{schedule(r.Run, now)}, r.Figures.Words(now)...)
	return append(out, auditWords(r.Verification, now), keyWords(r.Keys))
}
