package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apiserver/pkg/apis/apiserver"
	"k8s.io/apiserver/pkg/apis/apiserver/install"
	"k8s.io/apiserver/pkg/apis/apiserver/validation"
	"k8s.io/apiserver/pkg/authentication/cel"
	"k8s.io/apiserver/plugin/pkg/authenticator/token/oidc"
)

// maxStart is how long the authenticator may take to find the keys of the issuer.
const maxStart = 30 * time.Second

// newKubernetes makes the authenticator of the API server, set up by a file of --authentication-config.
func newKubernetes(ctx context.Context, recipe string) (validator, error) {
	configuration, err := readConfiguration(recipe)
	if err != nil {
		return nil, err
	}
	if refused := validation.ValidateAuthenticationConfiguration(cel.NewDefaultCompiler(), configuration, nil); len(refused) > 0 {
		return nil, refused.ToAggregate()
	}
	authenticator, err := oidc.New(ctx, oidc.Options{
		JWTAuthenticator:     configuration.JWT[0],
		SupportedSigningAlgs: oidc.AllValidSigningAlgorithms(),
	})
	if err != nil {
		return nil, err
	}
	for begun := time.Now(); authenticator.HealthCheck() != nil; time.Sleep(50 * time.Millisecond) {
		if time.Since(begun) > maxStart {
			return nil, authenticator.HealthCheck()
		}
	}
	return func(ctx context.Context, token string) error {
		response, isTheirs, err := authenticator.AuthenticateToken(ctx, token)
		if err != nil {
			return err
		}
		if !isTheirs || response.User.GetName() == "" {
			return errors.New("the authenticator named no user")
		}
		return nil
	}, nil
}

// readConfiguration reads a file as strictly as the API server does.
func readConfiguration(file string) (*apiserver.AuthenticationConfiguration, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	scheme := runtime.NewScheme()
	install.Install(scheme)
	codecs := serializer.NewCodecFactory(scheme, serializer.EnableStrict)
	decoded, err := runtime.Decode(codecs.UniversalDecoder(), content)
	if err != nil {
		return nil, err
	}
	configuration, isOne := decoded.(*apiserver.AuthenticationConfiguration)
	if !isOne || len(configuration.JWT) != 1 {
		return nil, fmt.Errorf("%s configures no single issuer", file)
	}
	return configuration, nil
}
