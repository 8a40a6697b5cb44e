auto_auth {
  method "jwt" {
    mount_path = "auth/azure-devops"
    config = {
      path                     = "TOKEN_FILE"
      role                     = "contoso-clouds"
      remove_jwt_after_reading = false
    }
  }
}

env_template "DATABASE_PASSWORD" {
  contents = "{{ with secret \"secret/data/shop/database\" }}{{ .Data.data.password }}{{ end }}"
}

exec {
  command                   = ["./migrate.sh"]
  restart_on_secret_changes = "never"
}
