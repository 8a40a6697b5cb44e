package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

const manager = "https://management.azure.com"

// A credential keeps what it read from the token file for ten minutes, longer than a token lives
// here: those that read it are made anew for each request, the managed identity once.
func credentialReader(name string) (reader, error) {
	credentialNow := func() (azcore.TokenCredential, error) { return newCredential(name) }
	if name == "managed" {
		credential, err := newCredential(name)
		if err != nil {
			return nil, err
		}
		credentialNow = func() (azcore.TokenCredential, error) { return credential, nil }
	}
	pipeline := runtime.NewPipeline("conformance", "v1.0.0", runtime.PipelineOptions{}, nil)
	return func(ctx context.Context) error {
		credential, err := credentialNow()
		if err != nil {
			return err
		}
		return readSubscription(ctx, credential, pipeline)
	}, nil
}

func newCredential(name string) (azcore.TokenCredential, error) {
	switch name {
	case "default":
		return azidentity.NewDefaultAzureCredential(nil)
	case "workload":
		return azidentity.NewWorkloadIdentityCredential(nil)
	case "managed":
		id := azidentity.ClientID(os.Getenv("AZURE_CLIENT_ID"))
		return azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{ID: id})
	}
	return nil, fmt.Errorf("no credential is called %q", name)
}

func readSubscription(ctx context.Context, credential azcore.TokenCredential, pipeline runtime.Pipeline) error {
	token, err := credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{manager + "/.default"}})
	if err != nil {
		return err
	}
	url := fmt.Sprintf("%s/subscriptions/%s?api-version=2022-12-01", manager, os.Getenv("AZURE_SUBSCRIPTION_ID"))
	request, err := runtime.NewRequest(ctx, http.MethodGet, url)
	if err != nil {
		return err
	}
	request.Raw().Header.Set("Authorization", "Bearer "+token.Token)
	response, err := pipeline.Do(request)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return runtime.NewResponseError(response)
	}
	return nil
}
