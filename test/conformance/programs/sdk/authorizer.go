package main

import (
	"context"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/go-azure-sdk/sdk/auth"
	"github.com/hashicorp/go-azure-sdk/sdk/client"
	"github.com/hashicorp/go-azure-sdk/sdk/client/resourcemanager"
	"github.com/hashicorp/go-azure-sdk/sdk/environments"
)

// Reads the subscription with what a provider would take from the variables with this prefix.
func authorizerReader(prefix string, spelling string) (reader, error) {
	variable := func(name string) string {
		if spelling == "lower" {
			name = strings.ToLower(name)
		}
		return os.Getenv(prefix + name)
	}
	environment := environments.AzurePublic()
	api := environment.ResourceManager
	authorizer, err := auth.NewAuthorizerFromCredentials(context.Background(), credentials(*environment, variable), api)
	if err != nil {
		return nil, err
	}
	manager, err := resourcemanager.NewClient(api, "subscriptions", "2022-12-01")
	if err != nil {
		return nil, err
	}
	manager.Authorizer = authorizer
	path := "/subscriptions/" + variable("SUBSCRIPTION_ID")
	return func(ctx context.Context) error { return read(ctx, manager, path) }, nil
}

// The variables and their order are those of azurerm 4.18 and newer.
func credentials(environment environments.Environment, variable func(string) string) auth.Credentials {
	return auth.Credentials{
		Environment: environment,
		ClientID:    variable("CLIENT_ID"),
		TenantID:    variable("TENANT_ID"),

		EnableAuthenticationUsingOIDC:            true,
		EnableAuthenticationUsingGitHubOIDC:      true,
		EnableAuthenticationUsingADOPipelineOIDC: true,
		OIDCAssertionToken:                       variable("OIDC_TOKEN"),
		OIDCTokenRequestURL:                      first(variable("OIDC_REQUEST_URL"), os.Getenv("SYSTEM_OIDCREQUESTURI")),
		OIDCTokenRequestToken:                    first(variable("OIDC_REQUEST_TOKEN"), os.Getenv("SYSTEM_ACCESSTOKEN")),
		ADOPipelineServiceConnectionID:           variable("ADO_PIPELINE_SERVICE_CONNECTION_ID"),
	}
}

func read(ctx context.Context, manager *resourcemanager.Client, path string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	request, err := manager.NewRequest(ctx, client.RequestOptions{
		ContentType:         "application/json; charset=utf-8",
		ExpectedStatusCodes: []int{http.StatusOK},
		HttpMethod:          http.MethodGet,
		Path:                path,
	})
	if err != nil {
		return err
	}
	_, err = request.Execute(ctx)
	return err
}

func first(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}
