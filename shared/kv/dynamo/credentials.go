package dynamo

import (
	"cmp"
	"context"
	"errors"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/open-craft/ocim/shared/fault"
)

// ecsCredentials is where Amazon ECS serves the credentials of a task.
const ecsCredentials = "http://169.254.170.2"

// readSources completes a configuration from the environment and AWS's shared files, with
// the SDK's providers of credentials in the SDK's order. The SDK's own function for it would
// also link the clients of the sign-ins that people use at a terminal, which no function can: 0.9 MB
// in each of them. A profile that needs one of those is refused with fault.Invalid. A foreign
// server gets made-up credentials where none are given, and no instance metadata is asked for it.
func readSources(ctx context.Context, cfg *aws.Config, foreign bool) error {
	env, err := config.NewEnvConfig()
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "cannot read AWS's variables")
	}
	profile, err := readProfile(ctx, env)
	if err != nil {
		return err
	}
	cfg.ConfigSources = []any{env, profile}
	cfg.Region = cmp.Or(cfg.Region, env.Region, profile.Region)
	provider, err := providerOf(*cfg, env, profile, foreign)
	if err != nil {
		return err
	}
	cfg.Credentials = aws.NewCredentialsCache(provider, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = 5 * time.Minute })
	return nil
}

// readProfile reads the profile that AWS_PROFILE names, from the files that
// AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name. Unless it is named it may be missing.
func readProfile(ctx context.Context, env config.EnvConfig) (config.SharedConfig, error) {
	name := cmp.Or(env.SharedConfigProfile, config.DefaultSharedConfigProfile)
	profile, err := config.LoadSharedConfigProfile(ctx, name, func(o *config.LoadSharedConfigOptions) {
		if env.SharedCredentialsFile != "" {
			o.CredentialsFiles = []string{env.SharedCredentialsFile}
		}
		if env.SharedConfigFile != "" {
			o.ConfigFiles = []string{env.SharedConfigFile}
		}
	})
	var missing config.SharedConfigProfileNotExistError
	if env.SharedConfigProfile == "" && errors.As(err, &missing) {
		return config.SharedConfig{}, nil
	}
	if err != nil {
		return profile, fault.Wrap(fault.Invalid, err, "cannot read AWS's profile %s", name)
	}
	return profile, nil
}

// providerOf chooses the first source of credentials that is configured.
func providerOf(cfg aws.Config, env config.EnvConfig, profile config.SharedConfig, foreign bool) (aws.CredentialsProvider, error) {
	switch {
	case env.Credentials.HasKeys():
		return credentials.StaticCredentialsProvider{Value: env.Credentials}, nil
	case env.WebIdentityTokenFilePath != "":
		return webIdentity(cfg, env.RoleARN, env.WebIdentityTokenFilePath, env.RoleSessionName), nil
	case profile.Credentials.HasKeys() && profile.RoleARN == "":
		return credentials.StaticCredentialsProvider{Value: profile.Credentials}, nil
	case profile.WebIdentityTokenFile != "":
		return webIdentity(cfg, profile.RoleARN, profile.WebIdentityTokenFile, profile.RoleSessionName), nil
	case profile.RoleARN != "" || profile.SSOSessionName != "" || profile.SSOStartURL != "" || profile.LoginSession != "" || profile.CredentialProcess != "":
		return nil, fault.New(fault.Invalid, "AWS's profile %s assumes a role, signs in at a browser or starts a program. Give Ocim an access key, a web identity or the role of its node", profile.Profile)
	case env.ContainerCredentialsRelativePath != "":
		return endpoint(cfg, ecsCredentials+env.ContainerCredentialsRelativePath, env.ContainerAuthorizationToken), nil
	case env.ContainerCredentialsEndpoint != "":
		return endpoint(cfg, env.ContainerCredentialsEndpoint, env.ContainerAuthorizationToken), nil
	case foreign:
		return credentials.NewStaticCredentialsProvider("none", "none", ""), nil
	}
	return ec2rolecreds.New(func(o *ec2rolecreds.Options) { o.Client = imds.NewFromConfig(cfg) }), nil
}

// webIdentity exchanges the token of a Kubernetes service account for credentials.
func webIdentity(cfg aws.Config, role, tokenFile, session string) aws.CredentialsProvider {
	return stscreds.NewWebIdentityRoleProvider(sts.NewFromConfig(cfg), role, stscreds.IdentityTokenFile(tokenFile),
		func(o *stscreds.WebIdentityRoleOptions) { o.RoleSessionName = session })
}

// endpoint asks an agent on the node: that of Amazon ECS, or EKS Pod Identity, whose token
// is in a file that changes.
func endpoint(cfg aws.Config, url, token string) aws.CredentialsProvider {
	return endpointcreds.New(url, func(o *endpointcreds.Options) {
		o.HTTPClient, o.Retryer, o.AuthorizationToken = cfg.HTTPClient, cfg.Retryer(), token
		if file := os.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); file != "" {
			o.AuthorizationTokenProvider = endpointcreds.TokenProviderFunc(func() (string, error) {
				b, err := os.ReadFile(file)
				return string(b), err
			})
		}
	})
}
