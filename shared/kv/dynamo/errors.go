package dynamo

import (
	"context"
	"errors"
	"net"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/open-craft/ocim/shared/fault"
)

// errCondition is a write's condition that does not hold.
var errCondition = errors.New("condition does not hold")

func errorCode(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// classify gives the client's errors a kind. ctx is the caller's.
func (s *Store) classify(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	switch errorCode(err) {
	case "ConditionalCheckFailedException":
		return errCondition
	case "ResourceNotFoundException":
		return fault.Wrap(fault.Unavailable, err, "the table %s does not exist", s.table)
	case "ValidationException", "SerializationException":
		return fault.Wrap(fault.Internal, err, "the table %s does not understand us", s.table)
	case "AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException", "InvalidSignatureException":
		return fault.Wrap(fault.Unavailable, err, "the table %s refuses our credentials", s.table)
	default:
		return fault.Wrap(fault.Unavailable, err, "the table %s does not answer", s.table)
	}
}

// neverApplied reports whether a failed attempt certainly changed nothing: it was
// refused, or it never reached the server.
func neverApplied(err error) bool {
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode() >= 400 && answer.HTTPStatusCode() < 500
	}
	var network *net.OpError
	return errors.As(err, &network) && network.Op == "dial"
}

// attempts watches the attempts of one write.
type attempts struct {
	unsure bool // some failed attempt may have been applied
}

// watch is an option of a call.
func (a *attempts) watch(o *dynamodb.Options) {
	note := middleware.FinalizeMiddlewareFunc("NoteUnsureAttempt", func(
		ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
	) (middleware.FinalizeOutput, middleware.Metadata, error) {
		out, meta, err := next.HandleFinalize(ctx, in)
		if err != nil && !neverApplied(err) {
			a.unsure = true
		}
		return out, meta, err
	})
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(note, "Retry", middleware.After)
	})
}
