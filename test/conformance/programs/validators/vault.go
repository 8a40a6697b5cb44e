package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	jwtauth "github.com/hashicorp/vault-plugin-auth-jwt"
	"github.com/hashicorp/vault/sdk/logical"
)

const (
	mount = "auth/azure-devops/"
	role  = "contoso-clouds"
)

// newVault makes the jwt auth method of Vault, set up by the commands of a recipe.
func newVault(ctx context.Context, recipe string) (validator, error) {
	storage := &logical.InmemStorage{}
	method, err := jwtauth.Factory(ctx, &logical.BackendConfig{StorageView: storage, System: logical.TestSystemView()})
	if err != nil {
		return nil, err
	}
	write := func(ctx context.Context, path string, data map[string]any) (*logical.Response, error) {
		request := &logical.Request{
			Operation:  logical.UpdateOperation,
			Path:       path,
			Data:       data,
			Storage:    storage,
			Connection: &logical.Connection{},
		}
		// As Vault itself does: a path that knows new from old is told which it is.
		if isKnown, exists, err := method.HandleExistenceCheck(ctx, request); err != nil {
			return nil, err
		} else if isKnown && !exists {
			request.Operation = logical.CreateOperation
		}
		response, err := method.HandleRequest(ctx, request)
		if err == nil && response.IsError() {
			err = response.Error()
		}
		return response, err
	}
	commands, err := commandsOf(recipe)
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(os.Getenv("SSL_CERT_FILE"))
	if err != nil {
		return nil, err
	}
	for _, words := range commands {
		path, isWrite := strings.CutPrefix(words[1], mount)
		if words[0] != "write" || !isWrite {
			continue
		}
		data := map[string]any{}
		for _, word := range words[2:] {
			key, value, _ := strings.Cut(word, "=")
			data[key] = value
		}
		if path == "config" {
			data["oidc_discovery_ca_pem"] = string(authority)
		}
		if _, err := write(ctx, path, data); err != nil {
			return nil, fmt.Errorf("vault write %s: %w", words[1], err)
		}
	}
	return func(ctx context.Context, token string) error {
		response, err := write(ctx, "login", map[string]any{"role": role, "jwt": token})
		if err == nil && (response == nil || response.Auth == nil) {
			err = errors.New("Vault returned no token")
		}
		return err
	}, nil
}

// commandsOf returns the words of each vault command in a shell script.
func commandsOf(script string) ([][]string, error) {
	const recorded = `set -euo pipefail; vault() { printf '%s\0' "$@" ''; }; source "$0"`
	output, err := exec.Command("bash", "-c", recorded, script).Output()
	if err != nil {
		return nil, fmt.Errorf("bash: %w", err)
	}
	commands := [][]string{{}}
	for _, word := range strings.Split(string(output), "\x00") {
		if word == "" {
			commands = append(commands, []string{})
			continue
		}
		last := len(commands) - 1
		commands[last] = append(commands[last], word)
	}
	whole := commands[:0]
	for _, words := range commands {
		if len(words) > 1 {
			whole = append(whole, words)
		}
	}
	return whole, nil
}
