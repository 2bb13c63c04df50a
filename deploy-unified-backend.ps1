# Checks a deployed backend and prints what to set on Render and in the front end.
#   ./deploy-unified-backend.ps1 -OpenAIApiKey sk-… -BackendUrl https://clara-ai-backend.onrender.com [-Environment production]
param(
    [Parameter(Mandatory = $true)][string]$OpenAIApiKey,
    [Parameter(Mandatory = $true)][string]$BackendUrl,
    [ValidateSet("development", "production")][string]$Environment = "production"
)
$ErrorActionPreference = "Stop"
$url = $BackendUrl.TrimEnd("/")

Write-Host "Environment of the Render service clara-ai-backend (render.yaml describes the rest):"
Write-Host "  ENVIRONMENT=$Environment"
Write-Host "  OPENAI_API_KEY=$($OpenAIApiKey.Substring(0, [Math]::Min(6, $OpenAIApiKey.Length)))… (the key given)"
Write-Host "Environment of the front end:"
Write-Host "  NEXT_PUBLIC_API_URL=$url"
Write-Host "  PYTHON_BACKEND_URL=$url"
Write-Host "Environment of the LiveKit agent (KEY is the service's CLARA_SERVICE_KEY):"
Write-Host "  RAG_ENGINE_URL=$($url -replace '://', '://clara:KEY@')"

Write-Host "`nAsking $url …"
try {
    $health = Invoke-RestMethod -Uri "$url/health" -TimeoutSec 60
    $ready = Invoke-RestMethod -Uri "$url/health/ready" -TimeoutSec 60
    $page = Invoke-WebRequest -Uri "$url/" -Headers @{ Accept = "text/html" } -UseBasicParsing -TimeoutSec 60
}
catch {
    Write-Error "The backend doesn't answer as it should: $($_.Exception.Message)"
    exit 1
}
Write-Host "  $($health.service): $($health.status), $($ready.status)"
$health.features.PSObject.Properties | ForEach-Object { Write-Host "  $($_.Name): $($_.Value)" }
if ($page.Content -match "has not been built") {
    Write-Error "The web page was not built during the deploy: look for npm in the build's log."
    exit 1
}
Write-Host "The backend is up, and its page is there."
