package dynamo

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/logging"

	"github.com/open-craft/ocim/shared/fault"
)

// Config says where the table is.
type Config struct {
	Table          string        // name; must be given
	Endpoint       string        // URL of a server other than Amazon's; empty is Amazon's
	Region         string        // empty: from AWS's own configuration, or us-east-1 with an Endpoint
	AttemptTimeout time.Duration // of one HTTP exchange; 1.5 s if 0
	MaxAttempts    int           // of one call, the first included; 10 if 0
}

// Connect makes a store for the configured table. It makes no request to the
// table, which CreateTable makes once.
func Connect(ctx context.Context, cfg Config, opts Options) (*Store, error) {
	if cfg.Table == "" {
		return nil, fault.InvalidField("table", "must not be empty")
	}
	client, err := NewClient(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return New(client, cfg.Table, opts), nil
}

// NewClient makes a client with the credentials of the environment (see readSources). At an
// Endpoint that is not Amazon's, where there are none, made-up credentials stand in, since such servers often check none. It returns fault.Invalid
// if the configuration is wrong.
func NewClient(ctx context.Context, cfg Config, change ...func(*dynamodb.Options)) (*dynamodb.Client, error) {
	if cfg.AttemptTimeout <= 0 {
		cfg.AttemptTimeout = 1500 * time.Millisecond
	}
	if cfg.MaxAttempts <= 0 {
		cfg.MaxAttempts = 10
	}
	foreign, err := foreignEndpoint(cfg.Endpoint)
	if err != nil {
		return nil, err
	}
	loaded := aws.Config{
		Region: cfg.Region,
		HTTPClient: awshttp.NewBuildableClient().
			WithTimeout(cfg.AttemptTimeout).
			WithTransportOptions(func(t *http.Transport) { t.MaxIdleConnsPerHost = 64 }),
		Retryer: func() aws.Retryer { return newRetryer(cfg.MaxAttempts) },
		Logger:  logging.LoggerFunc(log),
	}
	if err := readSources(ctx, &loaded, foreign); err != nil {
		return nil, err
	}
	if foreign && loaded.Region == "" {
		loaded.Region = "us-east-1"
	}
	if loaded.Region == "" {
		return nil, fault.InvalidField("region", "must be given, here or in the AWS configuration")
	}
	if cfg.Endpoint != "" {
		change = append([]func(*dynamodb.Options){func(o *dynamodb.Options) {
			o.BaseEndpoint = aws.String(cfg.Endpoint)
		}}, change...)
	}
	return dynamodb.NewFromConfig(loaded, change...), nil
}

// foreignEndpoint reports whether the endpoint is given and not Amazon's.
func foreignEndpoint(endpoint string) (bool, error) {
	if endpoint == "" {
		return false, nil
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return false, fault.InvalidField("endpoint", "must be an http or https URL")
	}
	host := "." + strings.ToLower(u.Hostname())
	for _, amazon := range []string{".amazonaws.com", ".amazonaws.com.cn", ".api.aws"} {
		if strings.HasSuffix(host, amazon) {
			return false, nil
		}
	}
	return true, nil
}

// log passes on the SDK's remarks, which are about connections and retries.
func log(level logging.Classification, format string, args ...any) {
	if level == logging.Warn {
		slog.Warn("DynamoDB client: " + fmt.Sprintf(format, args...))
	}
}

// newRetryer waits less than the SDK's default, whose first wait is up to a second:
// DynamoDB answers within milliseconds and a person may be waiting.
func newRetryer(maxAttempts int) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		// The SDK's quota stops all repetitions after about a hundred failures, so that with
		// 40% of failures most calls fail although repeating them would help. What protects a
		// server in trouble is the limit of each call, the growing waits and the callers' own limits.
		o.RateLimiter = ratelimit.None
		o.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) {
			return backoff(attempt), nil
		})
	})
}

// backoff gives the wait before the repetition numbered from 1: a random part of
// 25 ms, doubled each time, 400 ms at most.
func backoff(attempt int) time.Duration {
	most := 25 * time.Millisecond << min(max(attempt-1, 0), 4)
	return most/4 + rand.N(most*3/4)
}
